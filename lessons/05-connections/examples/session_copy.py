"""Two sides, two copies of the session"""

from flask import Flask, session
from flask_socketio import SocketIO

app = Flask(__name__)
app.config["SECRET_KEY"] = "only for trying things out"
socketio = SocketIO(app, async_mode="threading")


@app.get("/login/<name>")
def login(name):
    session["name"] = name
    return f"You are {name} now."


@app.get("/who")
def who():
    return f"HTTP says: {session.get('name')}"


@socketio.on("rename")
def rename(name):
    session["name"] = name


@socketio.on("who")
def who_am_i():
    return session.get("name")


socketio.run(app)
