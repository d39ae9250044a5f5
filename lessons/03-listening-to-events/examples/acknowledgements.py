"""Four ways to answer"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("add")
def add(a, b):
    return a + b  # one value


@socketio.on("ends")
def ends(numbers):
    return min(numbers), max(numbers)  # a tuple: two values


@socketio.on("both")
def both(numbers):
    return [min(numbers), max(numbers)]  # a list: one value


@socketio.on("noted")
def noted(text):
    print("noted:", text)  # nothing returned: an empty answer


socketio.run(app)
