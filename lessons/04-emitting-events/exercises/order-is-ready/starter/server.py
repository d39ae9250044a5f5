"""The kitchen calls, and no guest hears it."""

from itertools import count

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

orders = {}
numbers = count(1)


@socketio.on("order")
def order(dish):
    number = next(numbers)
    orders[number] = dish
    return number


@app.route("/ready/<int:number>", methods=["GET", "POST"])  # GET, so that you can try it in a browser tab
def ready(number):
    dish = orders[number]
    emit("ready", dish)
    return f"The guest knows about the {dish}."


if __name__ == "__main__":
    socketio.run(app)
