"""Learners of `bench.hostile`, each with an address of their own, as the site's one proxy would tell it."""

from __future__ import annotations

import requests

from tests.stage.page import LESSON, Page


class PageFrom(Page):
    """An open page of somebody at `address`."""

    def __init__(self, address: str, url: str, namespace: str = LESSON) -> None:
        self._address = address
        browser = requests.Session()
        browser.headers["X-Forwarded-For"] = address
        browser.get(f"{url}/", timeout=30).raise_for_status()
        super().__init__(url, namespace, browser)

    def headers(self) -> dict[str, str]:
        """Return what the page's Socket.IO client sends with its request."""
        return {**super().headers(), "X-Forwarded-For": self._address}
