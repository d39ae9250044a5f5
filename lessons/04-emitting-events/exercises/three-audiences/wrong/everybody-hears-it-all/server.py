from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("echo")
def echo(text):
    socketio.emit("echo", text)


@socketio.on("news")
def news(text):
    socketio.emit("news", text)


@socketio.on("typing")
def typing(name):
    socketio.emit("typing", name)


if __name__ == "__main__":
    socketio.run(app)
