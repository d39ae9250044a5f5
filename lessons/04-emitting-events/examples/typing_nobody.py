"""Typing, and nobody sees it"""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("typing")
def typing(name):
    emit("typing", name, include_self=False)


socketio.run(app)
