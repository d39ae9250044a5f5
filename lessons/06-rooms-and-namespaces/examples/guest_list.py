"""A guest list of your own"""

from threading import Lock

from flask import Flask, request
from flask_socketio import SocketIO, emit, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
guests = {}  # room -> {sid: name}
taking_turns = Lock()


@socketio.on("join")
def join(room, name):
    join_room(room)
    with taking_turns:
        guests.setdefault(room, {})[request.sid] = str(name)
        names = sorted(guests[room].values())
    emit("guests", (room, names), to=room)


@socketio.on("disconnect")
def gone(reason):
    for room, names in list(guests.items()):
        with taking_turns:
            was_here = names.pop(request.sid, None)
            left = sorted(names.values())
        if was_here:
            emit("guests", (room, left), to=room)


socketio.run(app)
