"""HTTP and sockets from one program"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@app.route("/")
def index():
    return "Hello over HTTP"


@socketio.on("hello")
def hello(name):
    return f"Hello over the socket, {name}"


socketio.run(app)
