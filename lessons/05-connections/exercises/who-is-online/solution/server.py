"""A list of those who are there."""

from flask import Flask, request
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

user_of = {}  # sid: user
tabs_of = {}  # user: set of sids


@socketio.on("connect")
def hello(auth):
    user = str(auth["user"])
    user_of[request.sid] = user
    tabs_of.setdefault(user, set()).add(request.sid)
    tell_everybody()


@socketio.on("disconnect")
def goodbye(reason):
    user = user_of.pop(request.sid, None)
    if user is None:
        return
    tabs_of[user].discard(request.sid)
    if not tabs_of[user]:
        del tabs_of[user]
    tell_everybody()


def tell_everybody():
    emit("online", who(), broadcast=True)


@socketio.on("who")
def who():
    return sorted(tabs_of)


if __name__ == "__main__":
    socketio.run(app)
