"""A task that reports back"""

from flask import Flask, request
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("bake")
def bake(cake):
    sid = request.sid
    socketio.start_background_task(oven, cake, sid)
    return "in the oven"


def oven(cake, sid):
    socketio.sleep(2)
    socketio.emit("baked", cake, to=sid)


@socketio.on("burn")
def burn(cake):
    socketio.start_background_task(bad_oven, cake)
    return "in the oven"


def bad_oven(cake):
    socketio.sleep(2)
    emit("baked", cake)  # to whom?


socketio.run(app)
