"""One handler at a time, for each client"""

import time

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading", async_handlers=False)


@socketio.on("work")
def work(name, seconds):
    print(name, "begins")
    time.sleep(seconds)
    print(name, "ends")
    return f"{name} done"


socketio.run(app)
