"""Every visitor winds up another clock."""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


def tick():
    number = 0
    while True:
        socketio.sleep(0.25)
        number += 1
        socketio.emit("tick", number)


@socketio.on("connect")
def arrived():
    socketio.start_background_task(tick)


if __name__ == "__main__":
    socketio.run(app)
