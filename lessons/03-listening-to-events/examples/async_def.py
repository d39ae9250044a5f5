"""An async handler that never runs"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("modern")
async def modern(name):
    print("you will never read this")
    return f"hello {name}"


@socketio.on("plain")
def plain(name):
    print("this one runs")
    return f"hello {name}"


socketio.run(app)
