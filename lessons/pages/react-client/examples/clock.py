"""A clock that ticks for everybody"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
ticking = False


@socketio.on("connect")
def begin():
    global ticking
    if not ticking:
        ticking = True
        socketio.start_background_task(tick)


def tick():
    number = 0
    while True:
        number += 1
        socketio.emit("tick", number)
        socketio.sleep(1)


@socketio.on("disconnect")
def leave():
    print("somebody has left")


socketio.run(app)
