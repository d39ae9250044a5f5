"""A coffee that speaks up"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
coffee = {"state": "brewing"}


@app.get("/")
def page():
    return f"<h1>The coffee is {coffee['state']}.</h1>"


@socketio.on("done")
def done():
    coffee["state"] = "ready"
    socketio.emit("coffee", "ready")  # to every socket that is open


socketio.run(app)
