"""What is left after a torn line"""

from flask import Flask, request
from flask_socketio import SocketIO, emit, join_room, rooms

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

points = {}


@socketio.on("join")
def join(room):
    join_room(room)
    points[request.sid] = 10
    return me()


@socketio.on("me")
def me():
    return {"sid": request.sid, "rooms": rooms(), "points": points.get(request.sid)}


@socketio.on("say")
def say(room, text):
    emit("said", text, to=room)


@socketio.on("cut")
def cut():
    """Close the line under the client, without a goodbye: a torn cable to try things with."""
    line = socketio.server.manager.eio_sid_from_sid(request.sid, "/")
    socketio.start_background_task(socketio.server.eio.disconnect, line)


socketio.run(app)
