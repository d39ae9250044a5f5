"""A help desk that hides your own replies from you."""

from flask import Flask
from flask_socketio import SocketIO, emit, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("open")
def open_ticket(ticket):
    join_room(ticket)
    return f"ticket {ticket} is open"


@socketio.on("reply")
def reply(message):
    ticket = message.get("ticket")
    if not ticket:
        return {"error": "Which ticket?"}
    emit("replied", message["text"], to=ticket, include_self=False)
    return {"sent": True}


@socketio.on("typing")
def typing(ticket):
    emit("typing", ticket, to=ticket, include_self=False)


if __name__ == "__main__":
    socketio.run(app)
