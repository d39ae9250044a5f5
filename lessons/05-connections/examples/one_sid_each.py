"""An address book with one line for each user"""

from flask import Flask, request
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

sid_of = {}


@socketio.on("login")
def login(name):
    sid_of[name] = request.sid
    return sid_of


@socketio.on("tell")
def tell(name, text):
    emit("note", text, to=sid_of[name])


socketio.run(app)
