"""The program of the tutorials."""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading", path="/ws")


@socketio.on("hello")
def hello(name):
    return f"Hello, {name}"


if __name__ == "__main__":
    socketio.run(app, allow_unsafe_werkzeug=True)
