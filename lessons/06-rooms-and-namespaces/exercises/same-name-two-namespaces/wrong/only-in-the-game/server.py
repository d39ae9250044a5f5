"""Tables; the chat never hears who won."""

from flask import Flask
from flask_socketio import SocketIO, emit, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("join", namespace="/chat")
def join_chat(table):
    join_room(table)


@socketio.on("say", namespace="/chat")
def say(table, text):
    emit("said", text, to=table)


@socketio.on("join", namespace="/game")
def join_game(table):
    join_room(table)


@socketio.on("move", namespace="/game")
def move(table, what):
    emit("moved", what, to=table)


@socketio.on("win", namespace="/game")
def win(table, name):
    emit("won", name, to=table)


if __name__ == "__main__":
    socketio.run(app)
