"""A learner's program that tells everybody who has left, and why. Read as text by the tests, never imported."""

SOURCE = """
import threading
import time
from socketio.exceptions import TimeoutError
from flask import Flask, request
from flask_socketio import SocketIO, call, disconnect, emit

counter = [0]
calm = threading.Event()
calm.set()
app = Flask("server")
socketio = SocketIO(app, async_mode="threading", ping_interval=1, ping_timeout=1)


@socketio.on("disconnect")
def left(reason):
    socketio.emit("left", (request.sid, reason))


@socketio.on("echo")
def echo(*values):
    return values


@socketio.on("keep")
def keep(word):
    socketio.emit("kept", word)


@socketio.on("kick")
def kick(sid):
    disconnect(sid, namespace="/")


@socketio.on("often")
def often(times):
    for number in range(times):
        emit("tick", number, broadcast=True)
    return "done"


@socketio.on("ask me")
def ask_me(seconds):
    try:
        return call("sure", "?", to=request.sid, timeout=seconds)
    except TimeoutError:
        return "timeout"


@socketio.on("count")
def count():
    number = counter[0]
    time.sleep(0.001)
    counter[0] = number + 1
    return number + 1


@socketio.on("ping")
def ping(seconds=0):
    if calm.is_set():
        return "pong"
    socketio.sleep(0.6)
    calm.set()
    return "late"


@socketio.on("be slow once")
def be_slow_once():
    calm.clear()


@socketio.on("slowly")
def slowly():
    socketio.sleep(1.5)
    emit("at last")
    return "done"


socketio.run(app)
"""
