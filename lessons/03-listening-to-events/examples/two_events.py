"""One server, two events"""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("join")
def join(name):
    emit("news", f"{name} is here")


@socketio.on("wave")
def wave():
    emit("news", "somebody waves")


socketio.run(app)
