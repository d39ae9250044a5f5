"""News for those who are there"""

from threading import Lock

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

kept = []
turn = Lock()  # two publishers must not get one number


@socketio.on("publish")
def publish(text):
    with turn:
        kept.append(text)
        number = len(kept)
    socketio.emit("news", (number, text))


@socketio.on("since")
def since(number):
    return kept[number:]


socketio.run(app)
