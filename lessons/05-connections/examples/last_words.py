"""The last words about a client"""

from flask import Flask
from flask_socketio import SocketIO, disconnect, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("leave")
def leave():
    disconnect()


@socketio.on("disconnect")
def goodbye(reason):
    emit("left", reason, broadcast=True)
    emit("farewell", "it was nice to have you")


socketio.run(app)
