"""A server that is ready to go"""

import os

from flask import Flask, session
from flask_socketio import ConnectionRefusedError, SocketIO, emit, join_room, rooms

app = Flask(__name__)
app.secret_key = os.environ.get("SECRET_KEY", "for development")
queue = os.environ.get("QUEUE")  # redis://…, or none
socketio = SocketIO(app, async_mode="threading", message_queue=queue)

TEAMS = {"ada-7": ["red"], "ben-3": ["red", "blue"]}  # in real life, a database


@app.route("/healthz")
def healthz():
    return {"ok": True, "process": os.getpid()}


@socketio.on("connect")
def at_the_door(auth):
    token = (auth or {}).get("token")
    if token not in TEAMS:
        raise ConnectionRefusedError("unknown token")
    session["teams"] = TEAMS[token]


@socketio.on("enter")
def enter(team):
    if team not in session["teams"]:
        return {"error": "Not your team."}
    join_room(team)
    return {"ok": True, "process": os.getpid()}


@socketio.on("say")
def say(team, text):
    if team not in rooms():
        return {"error": "Enter it first."}
    emit("said", text, to=team)
    return {"ok": True, "process": os.getpid()}


if __name__ == "__main__":
    socketio.run(app)
