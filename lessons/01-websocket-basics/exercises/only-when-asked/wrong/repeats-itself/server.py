"""A scoreboard that says the score all the time."""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

score = {"home": 0, "guests": 0}

started = []


def repeat():
    while True:
        socketio.emit("score", score)
        socketio.sleep(0.1)


@socketio.on("connect")
def arrived():
    emit("score", score)
    if not started:
        started.append(socketio.start_background_task(repeat))


@socketio.on("goal")
def goal(team):
    score[team] += 1


if __name__ == "__main__":
    socketio.run(app)
