"""A clock for the one who came first."""

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

running = False


def tick(sid):
    number = 0
    while True:
        socketio.sleep(0.25)
        number += 1
        socketio.emit("tick", number, to=sid)


@socketio.on("connect")
def arrived():
    global running
    if not running:
        running = True
        socketio.start_background_task(tick, request.sid)


if __name__ == "__main__":
    socketio.run(app)
