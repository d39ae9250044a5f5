from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

hoard = []


@socketio.on("once")
def once():
    return len("x" * 10**10)


@socketio.on("grow")
def grow():
    while True:
        hoard.append(bytearray(b"x" * 1_000_000))
        socketio.sleep(0.002)


@socketio.on("compute")
def compute():
    while True:
        pass


@socketio.on("flood")
def flood():
    while True:
        print("flood " * 100)


@socketio.on("leave")
def leave(status):
    import os

    os._exit(status)


@app.get("/")
def home():
    return "hello"


socketio.run(app)
