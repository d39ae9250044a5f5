"""News for those who are there"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

kept = []


@socketio.on("publish")
def publish(text):
    kept.append(text)
    socketio.emit("news", (len(kept), text))


@socketio.on("since")
def since(number):
    return kept[number:]


socketio.run(app)
