"""One ticket, two buyers"""

import time
from threading import Lock

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
left = {"front row": 1, "balcony": 1}
taking_turns = Lock()


def sell(seat):
    if left[seat] == 0:
        return "sold out"
    time.sleep(1)  # the bank is asked
    left[seat] -= 1
    return f"yours, {left[seat]} left"


@socketio.on("buy")
def buy(seat):
    return sell(seat)


@socketio.on("buy_in_turn")
def buy_in_turn(seat):
    with taking_turns:
        return sell(seat)


socketio.run(app)
