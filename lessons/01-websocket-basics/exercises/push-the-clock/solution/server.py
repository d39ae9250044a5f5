"""One clock, pushed to everybody who looks."""

from threading import Lock

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

running = False
starting = Lock()


def tick():
    number = 0
    while True:
        socketio.sleep(0.25)
        number += 1
        socketio.emit("tick", number)


@socketio.on("connect")
def arrived():
    global running
    with starting:
        if not running:
            running = True
            socketio.start_background_task(tick)


if __name__ == "__main__":
    socketio.run(app)
