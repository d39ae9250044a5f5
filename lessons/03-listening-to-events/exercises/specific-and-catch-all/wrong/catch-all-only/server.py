from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("*")
def anything(event, *values):
    return {"unknown": event}


if __name__ == "__main__":
    socketio.run(app)
