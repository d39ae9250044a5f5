"""A server, and a script that is its client"""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("hello")
def hello(name):
    emit("news", f"{name} is here", broadcast=True)
    return f"Hello, {name}"


socketio.run(app)
