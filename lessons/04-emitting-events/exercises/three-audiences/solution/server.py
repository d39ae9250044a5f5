"""An echo for one, news for all, and typing for the others."""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("echo")
def echo(text):
    emit("echo", text)


@socketio.on("news")
def news(text):
    emit("news", text, broadcast=True)


@socketio.on("typing")
def typing(name):
    emit("typing", name, broadcast=True, include_self=False)


if __name__ == "__main__":
    socketio.run(app)
