"""One feed, and four ways to follow it"""

import json
import time
from collections import deque
from threading import Condition

from flask import Flask, Response, jsonify, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

feed = deque(maxlen=100)  # the newest messages, for whoever comes and asks
news = Condition()  # wakes those who wait for the next one


def tick():
    number = 0
    while True:
        socketio.sleep(0.25)
        number += 1
        message = {"number": number, "time": time.time()}
        with news:
            feed.append(message)
            news.notify_all()
        socketio.emit("feed", message)  # the socket: nobody has to ask


def newer_than(number):
    with news:
        return [message for message in feed if message["number"] > number]


def wait_for_newer(number):
    with news:
        news.wait_for(lambda: newer_than(number), timeout=20)
        return newer_than(number)


@app.get("/poll")
def poll():  # answers at once, even when there is nothing new
    return jsonify(newer_than(int(request.args["after"])))


@app.get("/long-poll")
def long_poll():  # holds the request until there is something to say
    return jsonify(wait_for_newer(int(request.args["after"])))


@app.get("/stream")
def stream():  # Server-Sent Events: one answer that goes on and on
    def lines(after):
        while True:
            for message in wait_for_newer(after):
                after = message["number"]
                yield f"data: {json.dumps(message)}\n\n"

    return Response(lines(int(request.args["after"])), mimetype="text/event-stream")


@app.get("/clock")
def clock():  # so that the page can compare its clock with ours
    return jsonify(time=time.time(), number=feed[-1]["number"] if feed else 0)


socketio.start_background_task(tick)
socketio.run(app)
