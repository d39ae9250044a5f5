"""Notes; the sockets are told, the poster is not."""

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

notes = []


@app.get("/notes")
def list_notes():
    return notes


@app.post("/notify")
def notify():
    text = request.get_json()["text"]
    notes.append(text)
    socketio.emit("note", text)


if __name__ == "__main__":
    socketio.run(app)
