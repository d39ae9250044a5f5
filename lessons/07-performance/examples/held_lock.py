"""A lock, held over a pause"""

from threading import Lock

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="gevent")
turn = Lock()
total = 0


@socketio.on("add")
def add():
    global total
    with turn:
        seen = total
        socketio.sleep(0.5)  # asks the database, say
        total = seen + 1
    return total


@socketio.on("ping")
def ping():
    return "pong"


socketio.run(app)
