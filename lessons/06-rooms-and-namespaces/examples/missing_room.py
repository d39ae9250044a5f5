"""A message whose room is missing"""

from flask import Flask
from flask_socketio import SocketIO, emit, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("join")
def join(room):
    join_room(room)


@socketio.on("careless")
def careless(message):
    room = message.get("room")
    socketio.emit("said", message["text"], to=room)


@socketio.on("careful")
def careful(message):
    room = message.get("room")
    if not room:
        return {"error": "Say which room."}
    emit("said", message["text"], to=room)


socketio.run(app)
