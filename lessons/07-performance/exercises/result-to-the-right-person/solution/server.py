"""Reports that take a while."""

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


def count(word, sid):
    socketio.sleep(0.4)  # stands for the work
    socketio.emit("ready", (word, len(word)), to=sid)


@socketio.on("report")
def report(word):
    socketio.start_background_task(count, word, request.sid)
    return "on its way"


if __name__ == "__main__":
    socketio.run(app)
