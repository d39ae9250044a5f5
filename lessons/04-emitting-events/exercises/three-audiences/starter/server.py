"""Three events, and nobody hears a thing."""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("echo")
def echo(text):
    print("echo", text)  # send it to the sender


@socketio.on("news")
def news(text):
    print("news", text)  # send it to everybody


@socketio.on("typing")
def typing(name):
    print("typing", name)  # send it to everybody but the sender


if __name__ == "__main__":
    socketio.run(app)
