"""What a handler is given"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("count")
def count(*args):
    return f"{len(args)} argument(s): {args!r}"


@socketio.on("exactly_one")
def exactly_one(data):
    return f"one argument: {data!r}"


socketio.run(app)
