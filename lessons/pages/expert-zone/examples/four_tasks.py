"""Four tasks that want to answer"""

from flask import Flask, copy_current_request_context, current_app, request
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


def attempt(answer, *args):
    try:
        answer(*args)
    except Exception as error:
        print("failed:", str(error).splitlines()[0])


def plain():
    emit("done", "plain")


def with_app():
    with app.app_context():
        print("the app is", current_app.name)
        emit("done", "with an app context")


def with_sid(sid):
    socketio.emit("done", "with the sid", to=sid)


@socketio.on("start")
def start(kind):
    @copy_current_request_context
    def with_copy():
        emit("done", "with a copy of the context")

    tasks = {
        "plain": (plain,),
        "app": (with_app,),
        "copy": (with_copy,),
        "sid": (with_sid, request.sid),
    }
    socketio.start_background_task(attempt, *tasks[kind])


socketio.run(app)
