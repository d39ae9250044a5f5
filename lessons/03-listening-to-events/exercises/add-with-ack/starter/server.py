"""An adding machine that hears its clients, but does not answer yet."""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("add")
def add(a, b):
    print("asked for", a, "plus", b)


if __name__ == "__main__":
    socketio.run(app)
