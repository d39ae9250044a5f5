"""A learner's program with one handler for everything a check may meet. Read as text by the tests, never imported."""

SOURCE = """
import time
from flask import Flask, redirect, request
from flask_socketio import ConnectionRefusedError, SocketIO, disconnect, emit, join_room

app = Flask("server")
socketio = SocketIO(app, async_mode="threading")
met = []


@socketio.on("connect")
def connect(auth):
    token = (auth or {}).get("token")
    if token == "wrong":
        return False
    if token == "old":
        raise ConnectionRefusedError("come again", {"code": 7})
    if token == "leak":
        emit("secret", "for members")
        return False
    if token == "broken":
        raise LookupError("no such token")
    if token == "stuck":
        time.sleep(5)
    if token == "late":
        time.sleep(0.3)
        return False
    met.append(request.sid)


@socketio.on("echo")
def echo(*values):
    return values


@socketio.on("silent")
def silent(*values):
    time.sleep(30)


@socketio.on("late")
def late():
    time.sleep(1.2)
    return "at last"


@socketio.on("raise")
def raises():
    raise LookupError("nothing here")


@socketio.on("tell_me")
def tell_me(word):
    emit("told", word)


@socketio.on("tell_all")
def tell_all(word):
    emit("told", word, broadcast=True)
    return "done"


@socketio.on("tell_others")
def tell_others(word):
    emit("told", word, broadcast=True, include_self=False)
    return "done"


@socketio.on("bytes")
def binary(data):
    emit("bytes", data)
    return data[::-1]


@socketio.on("ask_back")
def ask_back(word):
    emit("question", word, callback=lambda answer: socketio.emit("their_answer", answer))


@socketio.on("leave_me_alone")
def leave_me_alone():
    disconnect()


@socketio.on("flood")
def flood():
    piece = "x" * 200_000
    while True:
        emit("flood", piece)
        time.sleep(0.0005)


@app.post("/tell")
def tell():
    socketio.emit("told", request.get_json()["word"])
    return {"told": True, "accept": request.headers.get("X-Requested-With")}


@app.post("/break")
def breaks():
    emit("told", "never")


@app.get("/away")
def away():
    return redirect("http://127.0.0.1:9/")


@socketio.on("end")
def end():
    import os
    os._exit(3)


if __name__ == "__main__":
    socketio.run(app)
"""
