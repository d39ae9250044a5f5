"""A page that is out of date"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
coffee = {"state": "brewing"}


@app.get("/")
def page():
    state = coffee["state"]
    return f"<h1>The coffee is {state}.</h1>"


@socketio.on("done")
def done():
    coffee["state"] = "ready"


socketio.run(app)
