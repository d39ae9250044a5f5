"""Progress that comes too late"""

import time

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="gevent")


@socketio.on("copy")
def copy():
    for done in (25, 50, 75, 100):
        time.sleep(0.5)
        emit("progress", done)
    return "copied"


@socketio.on("copy_kindly")
def copy_kindly():
    for done in (25, 50, 75, 100):
        socketio.sleep(0.5)
        emit("progress", done)
    return "copied"


socketio.run(app)
