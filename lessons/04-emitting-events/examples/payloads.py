"""What fits into an event"""

from datetime import datetime

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

PAYLOADS = {
    "one": "Ada",
    "tuple": ("Ada", 36),
    "list": ["Ada", 36],
    "dict": {1: "one", 2: ("two", "three")},
    "set": {"Ada", "Ben"},
    "datetime": datetime.now(),
}


@socketio.on("send_me")
def send_me(kind):
    emit("sent", PAYLOADS[kind])
    return f"{kind} is on its way"


socketio.run(app)
