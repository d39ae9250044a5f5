from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="gevent")


@socketio.on("copy")
def copy(name):
    socketio.start_background_task(work, request.sid)
    return f"{name} is copied"


def work(sid):
    for percent in (20, 40, 60, 80, 100):
        socketio.sleep(0.2)
        socketio.emit("progress", percent, to=sid)


@socketio.on("hello")
def hello():
    return "hello"


if __name__ == "__main__":
    socketio.run(app)
