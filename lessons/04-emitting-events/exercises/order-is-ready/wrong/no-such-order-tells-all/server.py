from itertools import count

from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

dishes = {}
guests = {}
numbers = count(1)


@socketio.on("order")
def order(dish):
    number = next(numbers)
    dishes[number] = dish
    guests[number] = request.sid
    return number


@app.route("/ready/<int:number>", methods=["GET", "POST"])  # GET, so that you can try it in a browser tab
def ready(number):
    socketio.emit("ready", dishes.get(number), to=guests.get(number))
    return "Told."


if __name__ == "__main__":
    socketio.run(app)
