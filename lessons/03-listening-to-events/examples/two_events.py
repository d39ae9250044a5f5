"""One server, two events"""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("join")
def join(name):
    emit("news", f"{name} is here", broadcast=True)


@socketio.on("wave")
def wave():
    emit("news", "somebody waves", broadcast=True)


socketio.run(app)
