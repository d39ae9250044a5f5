"""A heartbeat you can watch"""

import time

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading", ping_interval=2, ping_timeout=1)


@socketio.on("connect")
def hello(auth):
    print(time.strftime("%X"), "hello", request.sid)


@socketio.on("disconnect")
def goodbye(reason):
    print(time.strftime("%X"), "goodbye", request.sid, "because of:", reason)


socketio.run(app)
