"""A chat with a room for each class, and an office that nobody hears."""

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
    print("the office says", message)
    return {"announced": True}


if __name__ == "__main__":
    socketio.run(app)
