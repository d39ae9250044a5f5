"""A hundred changes, a few messages"""

import threading

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
newest = {}  # what has changed since the last message
lock = threading.Lock()


@socketio.on("every_change")
def every_change(stock, price):
    emit("price", (stock, price), broadcast=True)


@socketio.on("change")
def change(stock, price):
    with lock:
        newest[stock] = price


def tell():
    while True:
        socketio.sleep(0.5)
        with lock:
            prices = dict(newest)
            newest.clear()
        if prices:
            socketio.emit("prices", prices)


socketio.start_background_task(tell)
socketio.run(app)
