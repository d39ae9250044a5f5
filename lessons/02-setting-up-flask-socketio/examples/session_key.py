"""A session without a key"""

from flask import Flask, session
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@app.route("/login")
def login():
    session["name"] = "Ada"
    return "Welcome, Ada"


@socketio.on("count")
def count():
    session["events"] = session.get("events", 0) + 1
    return session["events"]


socketio.run(app)
