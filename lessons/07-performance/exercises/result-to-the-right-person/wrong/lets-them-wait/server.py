"""Reports that take a while."""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


def count(word):
    socketio.sleep(0.4)  # stands for the work
    emit("ready", (word, len(word)))


@socketio.on("report")
def report(word):
    count(word)
    return "on its way"


if __name__ == "__main__":
    socketio.run(app)
