"""A clock that stands in the door."""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("connect")
def arrived():
    number = 0
    while True:
        socketio.sleep(0.25)
        number += 1
        socketio.emit("tick", number)


if __name__ == "__main__":
    socketio.run(app)
