"""A server to play with: change anything, press Run, and connect a client."""

from flask import Flask, request
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app)


@socketio.on("connect")
def someone_arrived():
    emit("news", "somebody arrived", broadcast=True, include_self=False)


@socketio.on("add")
def add(a, b):
    return a + b  # what you return travels back to the sender: the acknowledgement


@socketio.on("shout")
def shout(text):
    emit("shouted", str(text).upper(), broadcast=True)  # to every client, the sender too


@socketio.on("whoami")
def who_am_i():
    emit("you_are", request.sid)  # to the sender alone


@socketio.on("*")
def anything_else(event, *args):
    return {"unknown": event, "args": args}


socketio.run(app)
