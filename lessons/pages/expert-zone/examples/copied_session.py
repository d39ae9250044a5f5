"""A copy of the session"""

from flask import Flask, copy_current_request_context, session
from flask_socketio import SocketIO, emit

app = Flask(__name__)
app.config["SECRET_KEY"] = "only for this example"
socketio = SocketIO(app, async_mode="threading")


@socketio.on("name")
def name(value):
    session["name"] = value


@socketio.on("who")
def who():
    return session.get("name")


@socketio.on("greet_later")
def greet_later():
    @copy_current_request_context
    def greet():
        socketio.sleep(2)
        emit("greeting", session.get("name"))

    socketio.start_background_task(greet)


socketio.run(app)
