"""Jobs that take 1.5 seconds, and a client that only asks “are you there?”"""

import time

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app)  # no async_mode: it takes the runtime that was chosen

SECONDS = 1.5


def compute(pause=None):
    """Keep the processor busy; with `pause`, let others have a turn again and again."""
    end = time.monotonic() + SECONDS
    turns = 0
    while time.monotonic() < end:
        turns += 1
        if pause is not None and turns % 20_000 == 0:
            socketio.sleep(pause)
    return turns


@socketio.on("ping")
def ping():
    return "pong"


@socketio.on("sleep")
def sleep():
    time.sleep(SECONDS)  # waits


@socketio.on("cpu")
def cpu():
    return compute()  # computes


@socketio.on("cpu_in_task")
def cpu_in_task():
    socketio.start_background_task(compute)


@socketio.on("cpu_yielding")
def cpu_yielding():
    return compute(pause=0.001)


@socketio.on("cpu_in_threadpool")
def cpu_in_threadpool():
    try:
        from gevent import get_hub
    except ImportError:
        return "needs gevent"
    return get_hub().threadpool.apply(compute)


socketio.run(app)
