"""A socket begins as a request"""

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@app.route("/")
def index():
    return "an ordinary page, from the same program"


@socketio.on("connect")
def arrived():
    print(request.method, request.path, "| Upgrade:", request.headers.get("Upgrade"))


socketio.run(app)
