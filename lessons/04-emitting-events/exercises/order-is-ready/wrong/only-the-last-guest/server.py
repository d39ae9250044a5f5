from itertools import count

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

orders = {}
numbers = count(1)
guest = None


@socketio.on("order")
def order(dish):
    global guest
    guest = request.sid
    number = next(numbers)
    orders[number] = dish
    return number


@app.route("/ready/<int:number>", methods=["GET", "POST"])  # GET, so that you can try it in a browser tab
def ready(number):
    if number not in orders:
        return "There is no such order.", 404
    socketio.emit("ready", orders[number], to=guest)
    return "Told."


if __name__ == "__main__":
    socketio.run(app)
