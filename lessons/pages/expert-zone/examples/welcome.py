"""The welcome that comes before the connection"""

from flask import Flask, request
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")  # then add: always_connect=True


@socketio.on("connect")
def hello(auth):
    emit("welcome", request.sid)


socketio.run(app)
