"""The events that send() makes"""

from flask import Flask
from flask_socketio import SocketIO, send

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("message")
def any_message(data):
    send(f"you said {data!r}")  # arrives as the event "message"


@socketio.on("json")
def any_json(data):
    send({"keys": sorted(data)}, json=True)  # arrives as the event "json"


socketio.run(app)
