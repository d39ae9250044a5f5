"""Two SocketIO objects on one app"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
chat = SocketIO(app, async_mode="threading")
news = SocketIO(app, async_mode="threading")


@chat.on("say")
def say(text):
    return f"said {text}"


@news.on("headline")
def headline():
    return "two servers, one door"


chat.run(app)
