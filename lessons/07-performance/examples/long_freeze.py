"""Frozen for longer than the heartbeat allows"""

import time

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, ping_interval=1, ping_timeout=1)


@socketio.on("connect")
def arrived():
    print("here:", request.sid)


@socketio.on("disconnect")
def gone(reason):
    print("gone:", request.sid, reason)


@socketio.on("freeze")
def freeze():
    end = time.monotonic() + 5
    while time.monotonic() < end:
        pass
    return "done"


socketio.run(app)
