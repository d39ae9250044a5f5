"""Two namespaces, the same names"""

from flask import Flask, request
from flask_socketio import SocketIO, emit, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("connect", namespace="/chat")
def chat_connect():
    print("chat: hello", request.sid)


@socketio.on("join", namespace="/chat")
def chat_join(room):
    join_room(room)


@socketio.on("say", namespace="/chat")
def chat_say(room, text):
    emit("said", text, to=room)


@socketio.on("connect", namespace="/game")
def game_connect():
    print("game: hello", request.sid)


@socketio.on("join", namespace="/game")
def game_join(room):
    join_room(room)


@socketio.on("say", namespace="/game")
def game_say(room, text):
    emit("said", text.upper(), to=room)


socketio.run(app)
