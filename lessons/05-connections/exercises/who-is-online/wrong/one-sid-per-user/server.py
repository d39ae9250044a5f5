from flask import Flask, request
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

sid_of = {}


@socketio.on("connect")
def hello(auth):
    sid_of[auth["user"]] = request.sid
    tell_everybody()


@socketio.on("disconnect")
def goodbye(reason):
    for user, sid in list(sid_of.items()):
        if sid == request.sid:
            del sid_of[user]
    tell_everybody()


def tell_everybody():
    emit("online", who(), broadcast=True)


@socketio.on("who")
def who():
    return sorted(sid_of)


if __name__ == "__main__":
    socketio.run(app)
