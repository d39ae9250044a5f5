from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@app.get("/")
def home():
    return "hello"


@app.get("/broken")
def broken():
    return 1 / 0


@app.get("/streamed")
def streamed():
    def pieces():
        yield "one"
        raise LookupError("no second piece")

    return pieces()


@socketio.on("divide")
def divide(a, b):
    return a / b


@socketio.on("connect")
def connect(auth):
    if auth == {"who": "nobody"}:
        raise KeyError("who")


@socketio.on("background")
def background():
    socketio.start_background_task(work)


def work():
    raise ValueError("tired")


socketio.run(app)
