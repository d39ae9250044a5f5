"""A counter that loses counts"""

import time
from threading import Lock

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

total = {"bare": 0, "locked": 0}
turn = Lock()


def add_one(which):
    seen = total[which]
    time.sleep(0.01)  # reading a database takes as long
    total[which] = seen + 1


@socketio.on("bare")
def bare():
    add_one("bare")
    return total["bare"]


@socketio.on("locked")
def locked():
    with turn:
        add_one("locked")
        return total["locked"]


@socketio.on("hurry")
def hurry():
    """Count eight times with each, all at once."""
    for _ in range(8):
        socketio.start_background_task(bare)
        socketio.start_background_task(locked)


@socketio.on("totals")
def totals():
    return total


socketio.run(app)
