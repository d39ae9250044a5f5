from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

items = []


@socketio.on("add")
def add(item):
    items.append(item)
    emit("added", item, broadcast=True)


@socketio.on("swap")
def swap(old, new):
    items.remove(old)
    items.append(new)
    return True


@socketio.on("everything")
def everything():
    return items


if __name__ == "__main__":
    socketio.run(app)
