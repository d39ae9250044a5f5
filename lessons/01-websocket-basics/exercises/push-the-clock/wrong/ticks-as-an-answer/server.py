"""A clock that has to be asked."""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

number = 0


@socketio.on("tick")
def tick():
    global number
    number += 1
    emit("tick", number)


if __name__ == "__main__":
    socketio.run(app)
