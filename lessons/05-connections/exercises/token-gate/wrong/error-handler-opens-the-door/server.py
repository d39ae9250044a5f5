from flask import Flask, request
from flask_socketio import ConnectionRefusedError, SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

MEMBERS = {"violet-otter": "Ada", "amber-heron": "Ben", "silver-newt": "Cleo"}

names = {}


@socketio.on("connect")
def knock(auth):
    name = MEMBERS.get(auth["token"])
    if name is None:
        raise ConnectionRefusedError("unknown token", {"code": 401})
    names[request.sid] = name
    emit("welcome", name)
    emit("arrived", name, broadcast=True, include_self=False)


@socketio.on("whoami")
def whoami():
    return names.get(request.sid)


@socketio.on("disconnect")
def goodbye(reason):
    names.pop(request.sid, None)


@socketio.on_error_default
def went_wrong(error):
    return {"error": str(error)}


if __name__ == "__main__":
    socketio.run(app)
