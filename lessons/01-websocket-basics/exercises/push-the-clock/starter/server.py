"""A clock that nobody has wound up."""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("connect")
def arrived():
    print("somebody is looking")


if __name__ == "__main__":
    socketio.run(app)
