"""A chat that posts into rooms, which nobody has joined."""

from flask import Flask
from flask_socketio import SocketIO, emit, leave_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("join")
def join(room):
    print("somebody joins", room)


@socketio.on("leave")
def leave(room):
    leave_room(room)


@socketio.on("say")
def say(room, text):
    emit("said", (room, text), to=room)
    return True


if __name__ == "__main__":
    socketio.run(app)
