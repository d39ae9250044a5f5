"""Notes; told only to those who notify over a socket."""

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
    return {"noted": text}


@socketio.on("notify")
def notify_sockets(message):
    socketio.emit("note", message["text"])


if __name__ == "__main__":
    socketio.run(app)
