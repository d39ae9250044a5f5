"""A message for one person, or is it?"""

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
sids = {}


@socketio.on("i_am")
def i_am(name):
    sids[name] = request.sid


@socketio.on("whisper")
def whisper(name, text):
    sid = sids.get(name)
    socketio.emit("whispered", text, to=sid)


socketio.run(app)
