"""What the opening of the course says about WebSockets, seen on a real connection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stage.serving import client, serving

pytestmark = pytest.mark.programs

TALKS_WITHOUT_END = """
from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("connect")
def begin():
    socketio.start_background_task(talk)


def talk():
    number = 0
    while True:
        socketio.emit("server_says", number)
        socketio.sleep(0.01)
        number += 1


@socketio.on("client_says")
def listen(text):
    socketio.emit("heard", text)


socketio.run(app)
"""


def test_server_and_client_talk_at_the_same_time(tmp_path: Path) -> None:
    """The server speaks unasked; it hears the client in the middle of that, and neither has to stop."""
    with serving(TALKS_WITHOUT_END, tmp_path, cold=True) as served, client(served) as speaker:

        def events() -> Iterator[str]:
            while True:
                yield speaker.next()[0]

        arriving = events()
        assert next(arriving) == "server_says"
        speaker.emit("client_says", "May I?")
        assert "heard" in arriving
        assert next(arriving) == "server_says"
