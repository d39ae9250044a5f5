"""Who comes and who goes"""

from flask import Flask, request
from flask_socketio import SocketIO, disconnect

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

online = set()


@socketio.on("connect")
def hello(auth):
    online.add(request.sid)
    print("hello", request.sid, "with", auth)


@socketio.on("disconnect")
def goodbye(reason):
    online.discard(request.sid)
    print("goodbye", request.sid, "because of:", reason)


@socketio.on("how_many")
def how_many():
    return len(online)


@socketio.on("throw_me_out")
def throw_me_out():
    disconnect()


socketio.run(app)
