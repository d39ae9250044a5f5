"""News from a native thread"""

import time

from flask import Flask, request
from flask_socketio import SocketIO, emit
from gevent import get_hub

app = Flask(__name__)
socketio = SocketIO(app, async_mode="gevent")


def bake_all(sid):
    for cake in range(4):
        time.sleep(0.5)  # in a native thread this stops nobody
        socketio.emit("baked", cake, to=sid)


@socketio.on("bake")
def bake():
    get_hub().threadpool.apply(bake_all, (request.sid,))


@socketio.on("bake_well")
def bake_well():
    for cake in range(4):
        get_hub().threadpool.apply(time.sleep, (0.5,))
        emit("baked", cake)


socketio.run(app)
