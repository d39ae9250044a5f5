"""A chat for one"""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("say")
def say(text):
    emit("said", text)


socketio.run(app)
