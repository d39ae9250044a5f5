"""The kitchen tells the guest who ordered."""

from itertools import count

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

orders = {}
numbers = count(1)


@socketio.on("order")
def order(dish):
    number = next(numbers)
    orders[number] = dish, request.sid
    return number


@app.route("/ready/<int:number>", methods=["GET", "POST"])  # GET, so that you can try it in a browser tab
def ready(number):
    if number not in orders:
        return "There is no such order.", 404
    dish, sid = orders[number]
    socketio.emit("ready", dish, to=sid)
    return f"The guest knows about the {dish}."


if __name__ == "__main__":
    socketio.run(app)
