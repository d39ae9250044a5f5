"""A real thread under gevent"""

import hashlib

from flask import Flask
from flask_socketio import SocketIO
from gevent import get_hub

app = Flask(__name__)
socketio = SocketIO(app, async_mode="gevent")


def work(word):
    value = word.encode()
    for _ in range(300_000):
        value = hashlib.sha256(value).digest()
    return value.hex()


@socketio.on("ping")
def ping():
    return "pong"


@socketio.on("digest")
def digest(word):
    return get_hub().threadpool.apply(work, (word,))


socketio.run(app)
