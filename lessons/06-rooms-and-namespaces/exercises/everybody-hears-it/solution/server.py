"""A help desk with a room for each ticket."""

from flask import Flask
from flask_socketio import SocketIO, emit, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


def room_of(ticket):
    return f"ticket-{ticket}"  # never empty, and the same for 7 and "7"


@socketio.on("open")
def open_ticket(ticket):
    join_room(room_of(ticket))
    return f"ticket {ticket} is open"


@socketio.on("reply")
def reply(message):
    if message.get("ticket") in (None, ""):
        return {"error": "Which ticket?"}
    emit("replied", message["text"], to=room_of(message["ticket"]))
    return {"sent": True}


@socketio.on("typing")
def typing(ticket):
    emit("typing", ticket, to=room_of(ticket), include_self=False)


if __name__ == "__main__":
    socketio.run(app)
