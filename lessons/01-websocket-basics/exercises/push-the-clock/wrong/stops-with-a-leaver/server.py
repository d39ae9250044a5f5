"""A clock that stops when anybody leaves."""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

running = False


def tick():
    number = 0
    while running:
        socketio.sleep(0.25)
        number += 1
        socketio.emit("tick", number)


@socketio.on("connect")
def arrived():
    global running
    if not running:
        running = True
        socketio.start_background_task(tick)


@socketio.on("disconnect")
def left(reason):
    global running
    running = False


if __name__ == "__main__":
    socketio.run(app)
