"""From the frame to your function"""

import threading

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("who")
def who():
    return threading.current_thread().name, request.method, request.path, request.event["message"]


socketio.run(app)
