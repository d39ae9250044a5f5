"""Plays one scenario in a process of its own, which reads the request from standard input.

The recording clients need the threads of the standard library, and the site's process is monkey-patched by gevent.

Silence is proven, not waited for: the sender's acknowledgement shows that the handler is done, so what it emitted is on
its way; each client then makes round trips of its own, which can't overtake anything that was sent to it before.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from course.grading.clients.server import Server
from course.grading.failures import CheckFailed
from course.grading.reports import Reports

ROUND_TRIPS = 2
"""As many as `course.grading.clients.client.Client.expect_nothing` makes."""


class NotPlayed(Exception):
    """The scenario has no outcome; the message is a whole sentence that says why."""


def play(wish: dict[str, Any]) -> dict[str, int]:
    """Play a scenario once and return how often each client heard the event.

    Args:
        wish: ``{"socket": path, "clients": [[name, namespace]…], "emissions": [[name, event, [arg…]]…],
            "event": name}``.

    Raises:
        NotPlayed: an event was not acknowledged, or the server does not answer.
        CheckFailed: a client was refused or disconnected.
    """
    server = Server(Path(wish["socket"]), Reports())
    try:
        clients = {name: server.client(name, namespace=namespace) for name, namespace in wish["clients"]}
        for name, event, args in wish["emissions"]:
            for client in clients.values():
                client.fence()
                client.forget()
            if not clients[name].ask(event, *args).arrived:
                raise NotPlayed(f"{name} emitted “{event}”, and no handler came to its end.")
        for client in clients.values():
            for _ in range(ROUND_TRIPS):
                if client.connected and not client.fence():
                    raise NotPlayed(f"{client.name} waited in vain for the server to answer.")
        return {name: len(client.heard(wish["event"])) for name, client in clients.items()}
    finally:
        server.close()


def main() -> None:
    """Read the request and write the outcome: ``{"heard": {…}}`` or ``{"reason": "…"}``."""
    try:
        answer: dict[str, Any] = {"heard": play(json.load(sys.stdin))}
    except (NotPlayed, CheckFailed) as reason:
        answer = {"reason": str(reason)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
