"""Reports that take a while."""

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

asking = {}


def count(word):
    socketio.sleep(0.4)  # stands for the work
    socketio.emit("ready", (word, len(word)), to=asking["sid"])


@socketio.on("report")
def report(word):
    asking["sid"] = request.sid
    socketio.start_background_task(count, word)
    return "on its way"


if __name__ == "__main__":
    socketio.run(app)
