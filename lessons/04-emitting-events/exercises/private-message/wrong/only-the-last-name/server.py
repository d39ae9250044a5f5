from flask import Flask, request
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

sids = {}


@socketio.on("i_am")
def i_am(name):
    sids.clear()
    sids[name] = request.sid


@socketio.on("whisper")
def whisper(name, text):
    if name not in sids:
        return False
    emit("whispered", text, to=sids[name])
    return True


if __name__ == "__main__":
    socketio.run(app)
