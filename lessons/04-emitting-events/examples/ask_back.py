"""The server asks, the client answers"""

from flask import Flask
from flask_socketio import SocketIO, call, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("later")
def later():
    emit("sure", "Delete?", callback=heard)
    print("asked, and not waiting")


def heard(*answer):
    print("the client answered", answer)


@socketio.on("now")
def now():
    try:
        answer = call("sure", "Delete?", timeout=3)
    except TimeoutError:
        return "no answer within 3 seconds"
    return f"the client answered {answer!r}"


socketio.run(app)
