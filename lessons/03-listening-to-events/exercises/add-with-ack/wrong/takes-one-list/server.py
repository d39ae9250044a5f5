from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("add")
def add(data):
    return data[0] + data[1]


if __name__ == "__main__":
    socketio.run(app)
