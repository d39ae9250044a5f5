"""A learner's program that tells everybody who has left, and why. Read as text by the tests, never imported."""

SOURCE = """
from flask import Flask, request
from flask_socketio import SocketIO, disconnect, emit

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


@socketio.on("slowly")
def slowly():
    socketio.sleep(1.5)
    emit("at last")


socketio.run(app)
"""
