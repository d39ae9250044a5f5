"""A copy that keeps everybody waiting."""

import time

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="gevent")


@socketio.on("copy")
def copy(name):
    time.sleep(1)  # this is where the file is copied
    return f"{name} is copied"


@socketio.on("hello")
def hello():
    return "hello"


if __name__ == "__main__":
    socketio.run(app)
