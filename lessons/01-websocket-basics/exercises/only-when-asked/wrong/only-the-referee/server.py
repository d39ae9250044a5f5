"""A scoreboard that tells the referee."""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

score = {"home": 0, "guests": 0}


@socketio.on("connect")
def arrived():
    emit("score", score)


@socketio.on("goal")
def goal(team):
    score[team] += 1
    emit("score", score)


if __name__ == "__main__":
    socketio.run(app)
