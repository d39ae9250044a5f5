"""Which road are we on?"""

from flask import Flask, request
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("say")
def say(text):
    road = socketio.server.transport(request.sid)
    words = f"{text}, by {road}"
    emit("said", words, broadcast=True)


socketio.run(app)
