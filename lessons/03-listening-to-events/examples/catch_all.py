"""A net under the named events"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("order")
def order(dish):
    return f"one {dish}, coming up"


@socketio.on("*")
def anything_else(event, *args):
    print("nobody listens to", event, args)
    return {"unknown": event}


socketio.run(app)
