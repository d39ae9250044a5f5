"""What emit really does"""

import time

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("count")
def count(numbers):
    begun = time.perf_counter()
    for number in range(numbers):
        emit("number", number)
    return f"queued in {(time.perf_counter() - begun) * 1000:.1f} ms"


socketio.run(app)
