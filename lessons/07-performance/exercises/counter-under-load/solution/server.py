"""A counter of visitors."""

import time
from threading import Lock

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

visitors = {"total": 0}
turn = Lock()


def look_up():
    """Reading takes a moment, as a database would."""
    seen = visitors["total"]
    time.sleep(0.002)
    return seen


@socketio.on("add")
def add():
    with turn:
        seen = look_up()
        visitors["total"] = seen + 1
        return seen + 1


@socketio.on("total")
def total():
    return visitors["total"]


if __name__ == "__main__":
    socketio.run(app)
