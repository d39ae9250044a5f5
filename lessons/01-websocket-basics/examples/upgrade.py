"""The request that changes its mind"""

from base64 import b64encode
from hashlib import sha1

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

# The same in every WebSocket server of the world:
FIXED = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@socketio.on("connect")
def arrived():
    print(request.method, request.full_path)
    for name, value in request.headers:
        print(f"{name}: {value}")


@socketio.on("accept")
def accept(key):
    digest = sha1((key + FIXED).encode()).digest()
    return b64encode(digest).decode()


socketio.run(app)
