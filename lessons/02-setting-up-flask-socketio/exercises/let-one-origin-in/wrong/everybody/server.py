"""A price list with a door."""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading", cors_allowed_origins="*")

PRICES = {"tea": 3, "cake": 5}


@socketio.on("price")
def price(thing):
    return PRICES.get(thing, 0)


if __name__ == "__main__":
    socketio.run(app)
