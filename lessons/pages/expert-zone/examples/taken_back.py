"""Permission, taken back"""

from flask import Flask, request
from flask_socketio import SocketIO, emit, join_room, leave_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
allowed = {"Ada", "Ben"}
sids = {}  # name -> the sids of that person


@socketio.on("join")
def join(name):
    if name not in allowed:
        return {"error": "You are not invited."}
    sids.setdefault(name, set()).add(request.sid)
    join_room("board")
    return "welcome"


@socketio.on("say")
def say(text):
    emit("said", text, to="board")


@socketio.on("dismiss")
def dismiss(name):
    allowed.discard(name)  # is Ben out now?


@socketio.on("put_out")
def put_out(name):
    allowed.discard(name)
    for sid in sids.pop(name, ()):
        leave_room("board", sid=sid)


socketio.run(app)
