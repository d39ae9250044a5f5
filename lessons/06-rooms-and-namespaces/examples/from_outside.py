"""A voice from outside the handlers"""

from flask import Flask
from flask_socketio import SocketIO, join_room, leave_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("join")
def join(room):
    join_room(room)


@socketio.on("leave")
def leave(room):
    leave_room(room)


def clock():
    beat = 0
    while True:
        socketio.sleep(1)
        beat += 1
        socketio.emit("tick", beat, to="clock")


socketio.start_background_task(clock)
socketio.run(app)
