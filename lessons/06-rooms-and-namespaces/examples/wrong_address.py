"""Said in /chat, heard somewhere else"""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("shout", namespace="/chat")
def shout(text):
    socketio.emit("news", text)  # to whom?


@socketio.on("shout_here", namespace="/chat")
def shout_here(text):
    emit("news", text, broadcast=True)


@socketio.on("shout_by_address", namespace="/chat")
def shout_by_address(text):
    socketio.emit("news", text, namespace="/chat")


socketio.run(app)
