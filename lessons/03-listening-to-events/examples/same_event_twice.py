"""Two functions, one name"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("order")
def write_it_down(dish):
    print("written down:", dish)
    return "written down"


@socketio.on("order")
def tell_the_kitchen(dish):
    print("kitchen told:", dish)
    return "kitchen told"


socketio.run(app)
