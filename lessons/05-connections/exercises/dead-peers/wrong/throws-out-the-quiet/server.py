import time

from flask import Flask, request
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading", ping_interval=2, ping_timeout=1)

machines = {}  # sid: name


@socketio.on("connect")
def hello(auth):
    machines[request.sid] = auth["name"]


@socketio.on("who")
def who():
    return sorted(machines.values())


@socketio.on("disconnect")
def goodbye(reason):
    name = machines.pop(request.sid, None)
    last_heard.pop(request.sid, None)
    if name is not None:
        emit("gone", name, broadcast=True)


last_heard = {}  # sid: time of the last event


@socketio.on("alive")
def alive():
    last_heard[request.sid] = time.monotonic()


def throw_out_the_silent():
    while True:
        time.sleep(0.2)
        for sid in list(machines):
            if time.monotonic() - last_heard.setdefault(sid, time.monotonic()) > 2:
                socketio.server.disconnect(sid)


socketio.start_background_task(throw_out_the_silent)


if __name__ == "__main__":
    socketio.run(app)
