"""A little calculator that answers nonsense with an error."""

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("divide")
def divide(a, b):
    return a / b


@socketio.on("repeat")
def repeat(text, times):
    return text * times


@socketio.on_error_default
def explain(error):
    if request.event["message"] == "connect":
        raise error  # a crash in connect lets nobody in
    print("refused:", repr(error))
    return {"error": "That did not work. Send two values that fit."}


if __name__ == "__main__":
    socketio.run(app)
