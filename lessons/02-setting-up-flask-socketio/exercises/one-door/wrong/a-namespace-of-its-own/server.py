"""A chat and an alarm, at one door."""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("say")
def say(text):
    return text


@socketio.on("alarm", namespace="/alarms")
def alarm(text):
    socketio.emit("rung", text, namespace="/alarms")


if __name__ == "__main__":
    socketio.run(app)
