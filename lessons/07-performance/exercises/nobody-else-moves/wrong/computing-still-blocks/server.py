"""A coffee machine, under gevent."""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="gevent")


def count_beans(beans):
    counted = 0
    for bean in range(beans):
        if bean % 7 != 3:  # every seventh falls beside it
            counted += 1
    return counted


@socketio.on("ping")
def ping():
    return "pong"


@socketio.on("brew")
def brew():
    socketio.sleep(1)  # for the water
    return "coffee"


@socketio.on("grind")
def grind(beans):
    return count_beans(beans)


if __name__ == "__main__":
    socketio.run(app)
