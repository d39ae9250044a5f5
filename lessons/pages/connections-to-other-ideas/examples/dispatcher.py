"""Your own @on, in fifteen lines"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


class Dispatcher:
    def __init__(self):
        self.handlers = {}

    def on(self, name):
        def keep(handler):
            self.handlers[name] = handler
            return handler

        return keep

    def dispatch(self, name, *args):
        if name not in self.handlers:
            return f"nobody listens to {name}"
        return self.handlers[name](*args)


mine = Dispatcher()


@mine.on("add")
def add(a, b):
    return a + b


@mine.on("shout")
def shout(text):
    return text.upper()


@socketio.on("*")  # every event goes to yours
def anything(name, *args):
    return mine.dispatch(name, *args)


socketio.run(app)
