"""A whisper that everybody hears."""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

sids = {}


@socketio.on("i_am")
def i_am(name):
    pass  # who is it?


@socketio.on("whisper")
def whisper(name, text):
    emit("whispered", text, broadcast=True)


if __name__ == "__main__":
    socketio.run(app)
