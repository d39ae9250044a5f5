"""A control room that knows within five seconds."""

from flask import Flask, request
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading", ping_interval=2, ping_timeout=1)

machines = {}  # sid: name


@socketio.on("connect")
def hello(auth):
    machines[request.sid] = str(auth["name"])


@socketio.on("who")
def who():
    return sorted(machines.values())


@socketio.on("disconnect")
def goodbye(reason):
    name = machines.pop(request.sid, None)
    if name is not None:
        emit("gone", name, broadcast=True)


if __name__ == "__main__":
    socketio.run(app)
