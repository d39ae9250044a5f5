"""One-way news, with and without a socket"""

import json
import threading

from flask import Flask, Response, request
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
past = []  # all news so far
more = threading.Condition()

PAGE = """<!doctype html><title>News</title>
<h1>News</h1><ol id="news"></ol>
<script>
  new EventSource("events").onmessage = (message) => {
    const item = document.createElement("li");
    item.textContent = JSON.parse(message.data);
    document.getElementById("news").append(item);
  };
</script>"""


@app.get("/")
def page():
    return PAGE


@app.get("/events")
def events():
    def stream(seen):
        yield ": welcome\n\n"  # a comment opens the stream
        while True:
            with more:
                if len(past) == seen:
                    more.wait(timeout=15)
                fresh = past[seen:]
            for text in fresh:
                seen += 1
                yield f"id: {seen}\ndata: {json.dumps(text)}\n\n"
            if not fresh:
                yield ": still here\n\n"

    last = int(request.headers.get("Last-Event-ID", 0))
    return Response(stream(last), mimetype="text/event-stream")


@socketio.on("publish")
def publish(text):
    with more:
        past.append(text)
        more.notify_all()
    emit("news", text, broadcast=True)


socketio.run(app)
