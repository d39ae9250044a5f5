"""One page may connect"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading", cors_allowed_origins=["https://shop.example"])


@socketio.on("hello")
def hello():
    return "come in"


socketio.run(app)
