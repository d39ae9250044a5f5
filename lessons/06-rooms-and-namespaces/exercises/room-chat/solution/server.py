"""A chat with rooms."""

from flask import Flask
from flask_socketio import SocketIO, emit, join_room, leave_room, rooms

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("join")
def join(room):
    join_room(room)


@socketio.on("leave")
def leave(room):
    leave_room(room)


@socketio.on("say")
def say(room, text):
    if room not in rooms():
        return False
    emit("said", (room, text), to=room)
    return True


if __name__ == "__main__":
    socketio.run(app)
