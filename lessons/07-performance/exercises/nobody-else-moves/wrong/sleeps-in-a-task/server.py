"""A coffee machine, under gevent."""

import time

from flask import Flask
from flask_socketio import SocketIO
from gevent import get_hub

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
    water = socketio.start_background_task(time.sleep, 1)
    water.join()
    return "coffee"


@socketio.on("grind")
def grind(beans):
    return get_hub().threadpool.apply(count_beans, (beans,))


if __name__ == "__main__":
    socketio.run(app)
