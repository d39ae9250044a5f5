from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


total = 0


@socketio.on("add")
def add(a, b):
    global total
    total += a + b
    return total


if __name__ == "__main__":
    socketio.run(app)
