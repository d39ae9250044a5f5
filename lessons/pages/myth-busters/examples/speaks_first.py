"""A server that speaks first"""

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


def remind(sid):
    for minute in range(1, 6):
        socketio.sleep(1)
        socketio.emit("reminder", minute, to=sid)


@socketio.on("connect")
def arrived():
    socketio.start_background_task(remind, request.sid)


socketio.run(app)
