"""Who may enter, who may speak"""

from flask import Flask, session
from flask_socketio import SocketIO, emit, join_room, rooms

app = Flask(__name__)
app.config["SECRET_KEY"] = "only for this example"
socketio = SocketIO(app, async_mode="threading")
# your rule, wherever it is kept
invited = {"red": {"Ada", "Ben"}, "blue": {"Ada"}}


@socketio.on("connect")
def connect(auth):
    session["name"] = (auth or {}).get("name", "nobody")


@socketio.on("join")
def join(room):
    if session["name"] not in invited.get(room, ()):
        return {"error": "You are not invited."}
    join_room(room)
    return "welcome"


@socketio.on("say")
def say(room, text):
    if room not in rooms():
        return {"error": "Join the room first."}
    emit("said", text, to=room)


socketio.run(app)
