"""Two directions at once"""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("slow")
def slow():
    for second in (1, 2, 3):
        socketio.sleep(1)
        emit("working", second)
    return "done"


@socketio.on("quick")
def quick():
    return "at once"


socketio.run(app)
