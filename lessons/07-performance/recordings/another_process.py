"""One job of pure computing, four ways, under gevent; a bystander asks all the time. Writes another_process.json.

python lessons/07-performance/recordings/another_process.py
"""

import hashlib
import json
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import socketio

HERE = Path(__file__)
PORT = 5831
SERVER = f"""
from gevent import monkey
monkey.patch_all()
import hashlib, sys
import gevent.subprocess
from flask import Flask
from flask_socketio import SocketIO
from gevent import get_hub
app = Flask(__name__)
socketio = SocketIO(app, async_mode="gevent")
WORK = "import hashlib; value = b'tea'\\nfor _ in range(2_000_000): value = hashlib.sha256(value).digest()"

def work():
    exec(WORK, {{}})

@socketio.on("ping")
def ping():
    return "pong"

@socketio.on("in the handler")
def in_the_handler():
    work()

@socketio.on("in a background task")
def in_a_task():
    task = socketio.start_background_task(work)
    task.join()

@socketio.on("in gevent's thread pool")
def in_the_pool():
    get_hub().threadpool.apply(work)

@socketio.on("in a process of its own")
def in_a_process():
    gevent.subprocess.run([sys.executable, "-c", WORK])

socketio.run(app, port={PORT})
"""
WAYS = ("in the handler", "in a background task", "in gevent's thread pool", "in a process of its own")


def connected() -> socketio.Client:
    """Return a client, as soon as the server listens."""
    while True:
        client = socketio.Client(reconnection=False)
        try:
            client.connect(f"http://127.0.0.1:{PORT}", transports=["websocket"])
            return client
        except socketio.exceptions.ConnectionError:
            time.sleep(0.1)


def measured(worker: socketio.Client, bystander: socketio.Client, way: str) -> list[str]:
    """Run the job once; return its row."""
    done = threading.Event()
    begun = time.perf_counter()
    worker.emit(way, callback=lambda *_: done.set())
    waits = []
    while not done.is_set():
        asked = time.perf_counter()
        bystander.call("ping")
        waits.append(time.perf_counter() - asked)
        time.sleep(0.01)
    took = time.perf_counter() - begun
    return [way, f"{took:.1f} s", f"{max(waits) * 1000:.0f} ms", f"{statistics.median(waits) * 1000:.0f} ms"]


def main() -> None:
    """Start the server, run the four, write the table."""
    server = subprocess.Popen([sys.executable, "-c", SERVER])
    try:
        worker, bystander = connected(), connected()
        rows = [measured(worker, bystander, way) for way in WAYS]
        for client in (worker, bystander):
            client.disconnect()
    finally:
        server.kill()
    table = {
        "title": "Two million hashes, and a bystander",
        "made_by": f"recordings/{HERE.name}",
        "made_from": hashlib.sha256(HERE.read_bytes()).hexdigest(),
        "columns": ["The work is done", "It takes", "The bystander's longest wait", "Half of its waits are below"],
        "rows": rows,
    }
    HERE.with_suffix(".json").write_text(json.dumps(table, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
