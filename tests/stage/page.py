"""A learner's page as the server sees it: a cookie, and a Socket.IO client on the lesson's namespace."""

from __future__ import annotations

import queue
from typing import Any

import requests
import socketio

from tests.stage.quick_to_close import LEAVING_AT_ONCE

LESSON = "/lessons/listening-to-events"


class Page:
    """One open page. Requests are acknowledged; announcements wait in `heard`."""

    def __init__(self, url: str, namespace: str = LESSON, cookies: requests.Session | None = None) -> None:
        self.url = url
        self.namespace = namespace
        self.browser = cookies or requests.Session()
        if cookies is None:
            self.browser.get(f"{url}/").raise_for_status()
        self.client = socketio.Client(**LEAVING_AT_ONCE)
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.client.on("*", lambda event, data=None: self.heard.put((event, data)), namespace=namespace)

    def __enter__(self) -> Page:
        self.client.connect(self.url, headers=self.headers(), namespaces=[self.namespace], transports=["websocket"])
        return self

    def __exit__(self, *_: object) -> None:
        self.client.eio.disconnect(abort=True)
        self.browser.close()

    def headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.browser.cookies.items())}

    def ask(self, event: str, *args: Any, timeout: float = 15) -> Any:
        return self.client.call(event, args if len(args) != 1 else args[0], namespace=self.namespace, timeout=timeout)

    def await_event(self, name: str, timeout: float = 15, **matching: Any) -> Any:
        """Return the payload of the next announcement `name` whose fields match."""
        while True:
            event, data = self.heard.get(timeout=timeout)
            if event == name and all(data.get(key) == value for key, value in matching.items()):
                return data
