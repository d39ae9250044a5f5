"""A server that hashes, under gevent."""

import hashlib

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="gevent")


def hashed(word, rounds):
    value = word.encode()
    for _ in range(rounds):
        value = hashlib.sha256(value).digest()
    return value.hex()


@socketio.on("ping")
def ping():
    return "pong"


@socketio.on("digest")
def digest(word, rounds):
    emit("digested", hashed(word, min(rounds, 1000)))


if __name__ == "__main__":
    socketio.run(app)
