from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
alarms = SocketIO(app, async_mode="threading", path="/alarms")
chat = SocketIO(app, async_mode="threading")


@chat.on("say")
def say(text):
    return text


@alarms.on("alarm")
def alarm(text):
    alarms.emit("rung", text)


if __name__ == "__main__":
    chat.run(app)
