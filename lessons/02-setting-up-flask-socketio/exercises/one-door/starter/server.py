"""A chat, and an alarm that somebody added later."""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)

# The chat
chat = SocketIO(app, async_mode="threading")


@chat.on("say")
def say(text):
    return text


# The alarm
alarms = SocketIO(app, async_mode="threading")


@alarms.on("alarm")
def alarm(text):
    alarms.emit("rung", text)


if __name__ == "__main__":
    chat.run(app)
