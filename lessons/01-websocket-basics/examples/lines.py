"""What an open line holds"""

import threading

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@app.get("/")
def page():
    return f"{threading.active_count()} threads"


@socketio.on("threads")
def threads():
    return threading.active_count()


socketio.run(app)
