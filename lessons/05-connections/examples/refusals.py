"""Four ways to answer the door"""

import builtins

from flask import Flask
from flask_socketio import ConnectionRefusedError, SocketIO, disconnect

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("connect")
def knock(auth):
    if auth == "false":
        return False
    if auth == "flask":
        raise ConnectionRefusedError("wrong ticket", {"ask": "the box office"})
    if auth == "python":
        raise builtins.ConnectionRefusedError("wrong ticket")
    if auth == "disconnect":
        disconnect()


@socketio.on("inside")
def inside():
    return "yes, you are in"


socketio.run(app)
