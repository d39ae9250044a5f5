"""A list that only ever grows."""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

online = set()


@socketio.on("connect")
def hello(auth):
    online.add(str(auth["user"]))
    tell_everybody()


def tell_everybody():
    emit("online", who(), broadcast=True)


@socketio.on("who")
def who():
    return sorted(online)


if __name__ == "__main__":
    socketio.run(app)
