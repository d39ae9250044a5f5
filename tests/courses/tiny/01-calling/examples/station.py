"""One station calls"""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("call")
def call(text):
    emit("heard", text, broadcast=True, include_self=False)
    return "over"


socketio.run(app)
