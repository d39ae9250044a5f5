"""A web page that everybody hears"""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@app.get("/right")
def right():
    socketio.emit("news", "the page was opened")
    return "Told them all."


@app.get("/wrong")
def wrong():
    emit("news", "the page was opened")
    return "You will never read this."


socketio.run(app)
