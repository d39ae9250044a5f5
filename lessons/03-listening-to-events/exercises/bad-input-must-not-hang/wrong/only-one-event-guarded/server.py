from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("divide")
def divide(*values):
    try:
        a, b = values
        return a / b
    except Exception:
        return {"error": "Send two values that fit."}


@socketio.on("repeat")
def repeat(text, times):
    return text * times


if __name__ == "__main__":
    socketio.run(app)
