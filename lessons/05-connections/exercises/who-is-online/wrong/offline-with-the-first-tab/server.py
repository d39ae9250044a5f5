from flask import Flask, request
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

online = set()
user_of = {}


@socketio.on("connect")
def hello(auth):
    user_of[request.sid] = auth["user"]
    online.add(auth["user"])
    tell_everybody()


@socketio.on("disconnect")
def goodbye(reason):
    online.discard(user_of.pop(request.sid, None))
    tell_everybody()


def tell_everybody():
    emit("online", who(), broadcast=True)


@socketio.on("who")
def who():
    return sorted(online)


if __name__ == "__main__":
    socketio.run(app)
