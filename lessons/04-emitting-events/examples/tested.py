"""A server worth testing"""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("shout")
def shout(text):
    if not text:
        return {"error": "Say something."}
    emit(
        "shouted",
        text.upper(),
        broadcast=True,
        include_self=False,
    )
    return {"ok": True}


if __name__ == "__main__":
    socketio.run(app)
