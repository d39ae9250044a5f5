"""A server that hashes, under gevent."""

import hashlib

from flask import Flask, request
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


def work(word, rounds, sid):
    socketio.emit("digested", hashed(word, rounds), to=sid)


@socketio.on("digest")
def digest(word, rounds):
    socketio.start_background_task(work, word, rounds, request.sid)


if __name__ == "__main__":
    socketio.run(app)
