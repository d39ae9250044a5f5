"""The first frame tells the rules"""

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading", ping_interval=5, ping_timeout=3)


@socketio.on("who_am_i")
def who_am_i():
    return request.sid


socketio.run(app)
