"""Four audiences"""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("echo")
def echo(text):
    emit("said", text)  # the sender


@socketio.on("shout")
def shout(text):
    emit("said", text, broadcast=True)  # everybody


@socketio.on("announce")
def announce(text):
    socketio.emit("said", text)  # everybody, too


@socketio.on("typing")
def typing(name):
    emit(  # everybody else
        "typing",
        name,
        broadcast=True,
        include_self=False,
    )


socketio.run(app)
