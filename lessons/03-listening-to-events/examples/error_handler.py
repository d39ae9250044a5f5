"""A crash that answers"""

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("divide")
def divide(a, b):
    return a / b


@socketio.on_error_default
def went_wrong(error):
    if request.event["message"] == "connect":
        raise error  # never let a crash in connect count as a yes
    print("failed:", request.event["message"], repr(error))
    return {"error": "That did not work. Send two numbers, the second not 0."}


socketio.run(app)
