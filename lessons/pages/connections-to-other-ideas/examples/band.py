"""A band"""

from flask import Flask
from flask_socketio import SocketIO, emit, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("sit")
def sit(section):
    join_room(section)
    return f"You sit with the {section}."


@socketio.on("play")
def play(note):
    # you hear your own instrument anyway
    emit("heard", note, broadcast=True, include_self=False)


@socketio.on("cue")
def cue(section, what):
    emit("cue", what, to=section)


socketio.run(app)
