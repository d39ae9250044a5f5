"""It tells the secret, and then it says no"""

from flask import Flask
from flask_socketio import ConnectionRefusedError, SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("connect")
def knock(auth):
    emit("secret", "the party is at nine")
    if auth != "friend":
        raise ConnectionRefusedError("you are not on the list")


socketio.run(app)
