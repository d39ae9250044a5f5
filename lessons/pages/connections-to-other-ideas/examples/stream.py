"""Bytes have no edges"""

import os

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


def through_a_pipe(pieces):
    """Write the pieces, then read five bytes at a time."""
    reading, writing = os.pipe()
    for piece in pieces:
        os.write(writing, piece)
    os.close(writing)
    read = []
    while some := os.read(reading, 5):
        read.append(some)
    os.close(reading)
    return read


@socketio.on("bare")
def bare(*words):
    pieces = [word.encode() for word in words]
    read = through_a_pipe(pieces)
    return [some.decode(errors="replace") for some in read]


@socketio.on("framed")
def framed(*words):
    data = [word.encode() for word in words]
    pieces = [bytes([len(some)]) + some for some in data]
    rest = b"".join(through_a_pipe(pieces))
    messages = []
    while rest:
        end = 1 + rest[0]  # the first byte says how long it is
        messages.append(rest[1:end].decode())
        rest = rest[end:]
    return messages


socketio.run(app)
