"""A help desk that everybody can read along with."""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("open")
def open_ticket(ticket):
    return f"ticket {ticket} is open"


@socketio.on("reply")
def reply(message):
    socketio.emit("replied", message["text"])
    return {"sent": True}


@socketio.on("typing")
def typing(ticket):
    socketio.emit("typing", ticket)


if __name__ == "__main__":
    socketio.run(app)
