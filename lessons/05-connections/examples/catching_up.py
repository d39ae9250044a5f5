"""Numbered messages, and a client that asks for what it missed"""

from threading import Lock

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

history = []
turn = Lock()  # two messages must not get one number


@socketio.on("say")
def say(text):
    with turn:
        message = {"id": len(history) + 1, "text": text}
        history.append(message)
    emit("said", message, broadcast=True)


@socketio.on("since")
def since(last_id):
    return [message for message in history if message["id"] > last_id]


socketio.run(app)
