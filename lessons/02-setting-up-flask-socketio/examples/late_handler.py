"""A handler that comes too late"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("early")
def early():
    return "I was here in time"


socketio.run(app)


@socketio.on("late")
def late():
    return "and I was not"
