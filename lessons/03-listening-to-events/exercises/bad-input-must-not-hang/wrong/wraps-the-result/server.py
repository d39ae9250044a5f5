from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("divide")
def divide(a, b):
    return {"result": a / b}


@socketio.on("repeat")
def repeat(text, times):
    return {"result": text * times}


@socketio.on_error_default
def explain(error):
    return {"error": "Send two values that fit."}


if __name__ == "__main__":
    socketio.run(app)
