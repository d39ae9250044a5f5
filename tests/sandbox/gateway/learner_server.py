"""A learner's server on a unix socket: ``python learner_server.py <socket path>``."""

import sys
import time
from pathlib import Path

from flask import Flask, Response, jsonify, redirect, request, session
from flask_socketio import ConnectionRefusedError, SocketIO, disconnect, emit
from werkzeug.serving import make_server

app = Flask(__name__)
app.secret_key = "the learner's own"


def is_at_home(origin, environ):
    """Let in pages of any development server of this machine, under this name of it, and clients that are no page."""
    return origin is None or origin.startswith("http://localhost:")


socketio = SocketIO(app, async_mode="threading", ping_interval=1, cors_allowed_origins=is_at_home)


@socketio.on("echo")
def echo(data):
    emit("echoed", data)
    return {"got": data}


@socketio.on("bytes_back")
def bytes_back(data):
    emit("bytes", data[::-1])


@socketio.on("put_me_out")
def put_me_out():
    disconnect()


@socketio.on("ask_me")
def ask_me():
    emit("asked", callback=lambda answer: socketio.emit("thanks", answer))


@socketio.on("connect", namespace="/custom")
def connect_to_custom(auth):
    emit("welcome", auth)


@socketio.on("here", namespace="/custom")
def here():
    emit("here too")


@socketio.on("connect", namespace="/refusing")
def refuse():
    raise ConnectionRefusedError("not you", {"code": 7})


@socketio.on("bye")
def bye(data):
    emit("bye", data, broadcast=True)


journal = []


@app.before_request
def note_request():
    journal.append(f"{request.method} {request.path}")


@app.get("/journal")
def show_journal():
    return jsonify(journal)


@app.get("/")
def page():
    return "<!doctype html><title>learner</title><h1>Hello</h1>"


@app.get("/hostile-page")
def hostile_page():
    return (Path(__file__).parent / "hostile_page.html").read_text()


@app.get("/file")
def file():
    headers = {"Content-Disposition": "attachment; filename=invoice.exe"} if "save" in request.args else {}
    return Response("a,b\n1,2\n", content_type=request.args["kind"], headers=headers)


@app.route("/seen", methods=["GET", "POST", "PUT"])
def seen():
    return jsonify(
        headers={name.lower(): value for name, value in request.headers.items()},
        path=request.path,
        query=request.query_string.decode(),
        body=request.get_data(as_text=True),
        method=request.method,
    )


@app.get("/count")
def count():
    session["visits"] = session.get("visits", 0) + 1
    return str(session["visits"])


@app.get("/go")
def go():
    return redirect(request.args["to"])


@app.get("/hostile-headers")
def hostile_headers():
    response = Response("x")
    for name in request.args.getlist("name"):
        response.headers[name] = "learner"
    response.set_cookie("session", "forged")
    return response


@app.get("/stream")
def stream():
    def pieces():
        for number in range(3):
            yield f"piece {number}\n"
            time.sleep(0.05)

    return Response(pieces(), mimetype="text/plain")


@app.get("/large")
def large():
    return Response((b"x" * 65536 for _ in range(int(request.args["blocks"]))), mimetype="application/octet-stream")


if __name__ == "__main__":
    server = make_server("unix://" + sys.argv[1], 0, app, threaded=True)
    server.serve_forever()
