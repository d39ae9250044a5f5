"""A clock that calls emit as a handler would."""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

running = False


def tick():
    number = 0
    while True:
        socketio.sleep(0.25)
        number += 1
        emit("tick", number, broadcast=True)


@socketio.on("connect")
def arrived():
    global running
    if not running:
        running = True
        socketio.start_background_task(tick)


if __name__ == "__main__":
    socketio.run(app)
