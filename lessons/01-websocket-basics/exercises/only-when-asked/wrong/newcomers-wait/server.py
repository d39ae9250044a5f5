"""A scoreboard that is blank until the next goal."""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

score = {"home": 0, "guests": 0}


@socketio.on("goal")
def goal(team):
    score[team] += 1
    socketio.emit("score", score)


if __name__ == "__main__":
    socketio.run(app)
