"""Names you chose, and names they chose"""

from flask import Flask
from flask_socketio import SocketIO, emit, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("connect")
def connect(auth):
    if (auth or {}).get("token") == "boss":
        join_room("staff")  # your name
        join_room("role:staff")


@socketio.on("join_group")
def join_group(name):
    join_room(name)  # their name


@socketio.on("join_group_safely")
def join_group_safely(name):
    join_room(f"group:{name}")


@socketio.on("report")
def report(text):
    emit("report", text, to="staff")


@socketio.on("report_safely")
def report_safely(text):
    emit("report", text, to="role:staff")


socketio.run(app)
