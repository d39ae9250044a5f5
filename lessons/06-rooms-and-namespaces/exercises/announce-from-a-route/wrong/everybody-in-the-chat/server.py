"""The office; every class hears it."""

from flask import Flask, request
from flask_socketio import SocketIO, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("join", namespace="/chat")
def join(room):
    join_room(room)


@app.post("/announce")
def announce():
    message = request.get_json()
    room = message.get("room")
    if not room:
        return {"error": "Which room?"}, 400
    socketio.emit("announced", message["text"], namespace="/chat")
    return {"announced": True}


if __name__ == "__main__":
    socketio.run(app)
