"""One emit for each room"""

from flask import Flask
from flask_socketio import SocketIO, emit, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("join")
def join(room):
    join_room(room)


@socketio.on("say")
def say(names, text):
    for name in names:
        emit("said", text, to=name)  # once for each room


socketio.run(app)
