"""Two rooms at once"""

from flask import Flask, request
from flask_socketio import SocketIO, emit, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("join")
def join(room):
    join_room(room)
    return f"you are {request.sid}"


@socketio.on("say")
def say(room, text):
    emit("said", text, to=room)  # one room, or a list


@socketio.on("typing")
def typing(room):
    emit("typing", to=room, include_self=False)


socketio.run(app)
