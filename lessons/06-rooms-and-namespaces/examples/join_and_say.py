"""Join, leave, say"""

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
    emit("said", text, to=room)  # to that room


@socketio.on("where")
def where():
    return rooms()  # of the client that asks


socketio.run(app)
