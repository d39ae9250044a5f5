"""Who chooses the async mode"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app)  # says nothing about the mode

print("looks for:", socketio.server.eio.async_modes())
print("took:", socketio.async_mode)

socketio.run(app)
