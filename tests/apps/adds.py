from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@app.get("/")
def home():
    return "hello"


@socketio.on("add")
def add(a, b):
    return a + b


if __name__ == "__main__":
    socketio.run(app)
