from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="gevent")


@socketio.on("copy")
def copy(name):
    for _ in range(5):
        socketio.sleep(0.2)
    for percent in (20, 40, 60, 80, 100):
        emit("progress", percent)
    return f"{name} is copied"


@socketio.on("hello")
def hello():
    return "hello"


if __name__ == "__main__":
    socketio.run(app)
