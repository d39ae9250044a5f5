"""Logged out, the open sockets too"""

from flask import Flask, request, session
from flask_socketio import SocketIO, disconnect

app = Flask(__name__)
app.config["SECRET_KEY"] = "only for trying things out"
socketio = SocketIO(app, async_mode="threading")
sids_of = {}  # name: the sids of that person


@app.get("/login/<name>")
def login(name):
    session["name"] = name
    return f"You are {name} now."


@app.get("/logout")
def logout():
    name = session.pop("name", None)
    for sid in list(sids_of.get(name, ())):
        disconnect(sid=sid, namespace="/")
    return "Goodbye."


@socketio.on("connect")
def hello(auth):
    if "name" not in session:
        return False
    sids_of.setdefault(session["name"], set()).add(request.sid)


@socketio.on("who")
def who():
    return session["name"]


@socketio.on("disconnect")
def goodbye(reason):
    sids_of.get(session.get("name"), set()).discard(request.sid)


socketio.run(app)
