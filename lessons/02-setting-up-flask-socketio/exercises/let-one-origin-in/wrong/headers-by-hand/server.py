"""A price list with a door."""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

PRICES = {"tea": 3, "cake": 5}


@app.after_request
def allow_the_shop(response):
    response.headers["Access-Control-Allow-Origin"] = "https://shop.example"
    return response



@socketio.on("price")
def price(thing):
    return PRICES.get(thing, 0)


if __name__ == "__main__":
    socketio.run(app)
