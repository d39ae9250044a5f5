"""A door that breaks when it is asked"""

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("connect")
def knock(auth):
    if auth["ticket"] != "gold":
        return False


@socketio.on("inside")
def inside():
    return "yes, you are in"


# @socketio.on_error_default
# def went_wrong(error):
#     print("something went wrong:", repr(error))


socketio.run(app)
