"""A task that knows whom it works for"""

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app)


def cook(dish, sid):
    socketio.sleep(2)
    socketio.emit("served", dish, to=sid)


@socketio.on("order")
def order(dish):
    socketio.start_background_task(cook, dish, request.sid)
    return "it takes two seconds"


socketio.run(app)
