"""A program that can be run and imported"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
print("my name is", __name__)


@socketio.on("hello")
def hello(name):
    return f"Hello, {name}"


if __name__ == "__main__":
    socketio.run(app)
