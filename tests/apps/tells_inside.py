import time

from flask import Flask, request, session
from flask_socketio import Namespace, SocketIO, call, close_room, disconnect, emit, join_room, leave_room, send

app = Flask(__name__)
app.secret_key = "mine"
socketio = SocketIO(app)


@socketio.on("connect")
def connect(auth):
    session["count"] = 0


@socketio.on("join")
def join(room):
    join_room(room)
    return room


@socketio.on("leave")
def leave(room):
    leave_room(room)


@socketio.on("close")
def close(room):
    close_room(room)


@socketio.on("tell")
def tell(room):
    emit("mine", 1)
    emit("theirs", 2, broadcast=True, include_self=False)
    emit("room's", 3, to=room)
    send("everybody's", broadcast=True)
    socketio.emit("again", 4)
    return "told"


@socketio.on("whisper")
def whisper(sid):
    emit("psst", to=sid)


@socketio.on("sid")
def sid():
    return request.sid


@socketio.on("ask")
def ask():
    return call("question", "?", timeout=20)


@socketio.on("later")
def later():
    socketio.start_background_task(lambda: socketio.emit("tick", 1))


@socketio.on("blocks")
def blocks():
    emit("progress", 1)
    time.sleep(1.0)
    return "done"


@socketio.on("raises")
def raises():
    raise ValueError("nothing good")


@socketio.on("counts")
def counts():
    session["count"] += 1
    return session["count"]


@socketio.on("throws-out")
def throws_out():
    disconnect()
    emit("mine", 1)


@socketio.on("*")
def anything(event, *args):
    return [event, *args]


@socketio.on("disconnect")
def gone():
    print("gone")


class Game(Namespace):
    def on_move(self, where):
        self.emit("moved", where, room="board")
        return where


socketio.on_namespace(Game("/game"))


@app.post("/news")
@app.get("/news")
def news():
    socketio.emit("news", 1, to="red")
    return "sent"


@app.get("/headers")
def headers():
    return dict(request.headers)


socketio.run(app)
