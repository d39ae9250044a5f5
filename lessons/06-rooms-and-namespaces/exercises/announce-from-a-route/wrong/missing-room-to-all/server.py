"""The office; without a room it reaches the whole school."""

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
    socketio.emit("announced", message["text"], to=room, namespace="/chat")
    return {"announced": True}


if __name__ == "__main__":
    socketio.run(app)
