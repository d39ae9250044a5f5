"""A namespace as a class"""

from flask import Flask
from flask_socketio import Namespace, SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


class Chat(Namespace):
    def on_connect(self):
        emit("welcome", "this is /chat")

    def on_ask(self, text):
        emit("news", text)  # function: to the sender

    def on_tell(self, text):
        self.emit("news", text)  # method: to all


socketio.on_namespace(Chat("/chat"))
socketio.run(app)
