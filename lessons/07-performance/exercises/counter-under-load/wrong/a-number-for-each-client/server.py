from collections import Counter
from threading import Lock

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

visitors = Counter()
turn = Lock()


@socketio.on("add")
def add():
    with turn:
        visitors[request.sid] += 1
        return visitors[request.sid]


@socketio.on("total")
def total():
    return visitors[request.sid]


if __name__ == "__main__":
    socketio.run(app)
