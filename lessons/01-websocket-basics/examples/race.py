"""One feed, and four ways to follow it"""

import json
import time
from collections import deque
from threading import Condition

from flask import Flask, Response, jsonify, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

feed = deque(maxlen=100)  # the newest messages
news = Condition()  # wakes those who wait for one


def tick():
    number = 0
    while True:
        socketio.sleep(0.25)
        number += 1
        now = time.time()
        message = {"number": number, "time": now}
        with news:
            feed.append(message)
            news.notify_all()
        socketio.emit("feed", message)  # WebSocket


def newer_than(number):
    with news:
        return [m for m in feed if m["number"] > number]


def wait_for_newer(number):
    with news:
        news.wait_for(lambda: newer_than(number), 20)
        return newer_than(number)


@app.get("/poll")
def poll():  # answers at once, even with nothing
    after = int(request.args["after"])
    return jsonify(newer_than(after))


@app.get("/long-poll")
def long_poll():  # holds the request until then
    after = int(request.args["after"])
    return jsonify(wait_for_newer(after))


@app.get("/stream")
def stream():  # one answer that goes on and on
    def lines(after):
        while True:
            for message in wait_for_newer(after):
                after = message["number"]
                yield f"data: {json.dumps(message)}\n\n"

    after = int(request.args["after"])
    return Response(lines(after), mimetype="text/event-stream")


@app.get("/clock")
def clock():  # so that the page can compare clocks
    newest = feed[-1]["number"] if feed else 0
    return jsonify(time=time.time(), number=newest)


socketio.start_background_task(tick)
socketio.run(app)
