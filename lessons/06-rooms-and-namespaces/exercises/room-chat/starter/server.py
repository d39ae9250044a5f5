"""A chat in which everybody reads everything."""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("join")
def join(room):
    print("somebody would like to join", room)


@socketio.on("leave")
def leave(room):
    print("somebody would like to leave", room)


@socketio.on("say")
def say(room, text):
    emit("said", (room, text), broadcast=True)
    return True


if __name__ == "__main__":
    socketio.run(app)
