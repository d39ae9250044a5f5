"""Letting others have a turn"""

import hashlib

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app)


@socketio.on("ping")
def ping():
    return "pong"


@socketio.on("digest")
def digest(word):
    value = word.encode()
    for turn in range(300_000):
        value = hashlib.sha256(value).digest()
        if turn % 10_000 == 0:
            socketio.sleep(0.001)  # a real pause, however short
    return value.hex()


socketio.run(app)
