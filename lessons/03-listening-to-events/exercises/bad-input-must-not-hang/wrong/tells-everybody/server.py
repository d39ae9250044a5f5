from flask import Flask
from flask_socketio import SocketIO, emit

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
    emit("problem", "Send two values that fit.", broadcast=True)
    return {"error": "Send two values that fit."}


if __name__ == "__main__":
    socketio.run(app)
