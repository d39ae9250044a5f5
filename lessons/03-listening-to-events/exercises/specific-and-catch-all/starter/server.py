"""A megaphone that knows one event and ignores every other."""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("shout")
def shout(text):
    return text.upper()


if __name__ == "__main__":
    socketio.run(app)
