from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("divide")
def divide(a, b):
    try:
        return a / b
    except Exception:
        return {"error": "Send two values that fit."}


@socketio.on("repeat")
def repeat(text, times):
    try:
        return text * times
    except Exception:
        return {"error": "Send two values that fit."}


if __name__ == "__main__":
    socketio.run(app)
