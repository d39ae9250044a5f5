"""Two servers that know nothing of each other"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
one = SocketIO(app, async_mode="threading")
other = SocketIO(app, async_mode="threading", path="/other/")


@app.route("/from-one")
def from_one():
    one.emit("news", "from the server you are connected to")
    return "sent"


@app.route("/from-other")
def from_other():
    other.emit("news", "from the other one")
    return "sent"


one.run(app)
