from flask import Flask, request
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

user_of = {}


@socketio.on("connect")
def hello(auth):
    user_of[request.sid] = auth["user"]
    tell_everybody()


@socketio.on("disconnect")
def goodbye(reason):
    user = user_of.get(request.sid)
    if list(user_of.values()).count(user) > 1:
        return
    user_of.pop(request.sid, None)
    tell_everybody()


def tell_everybody():
    emit("online", who(), broadcast=True)


@socketio.on("who")
def who():
    return sorted(set(user_of.values()))


if __name__ == "__main__":
    socketio.run(app)
