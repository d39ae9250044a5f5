"""One departure, counted twice"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

departures = 0


@socketio.on("disconnect")
def goodbye(reason=None):
    global departures
    departures += 1
    print("departure number " + departures)  # a text plus a number: TypeError


@socketio.on("how_many")
def how_many():
    return departures


socketio.run(app)
