"""gunicorn with two workers, with and without a message queue and sticky sessions. Writes two_workers.json.

Needs the package `redis`, and the program `redis-server`:

    python lessons/07-performance/recordings/two_workers.py
"""

import hashlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import requests
import socketio

HERE = Path(__file__)
PORT, REDIS = 5832, 5833
CLIENTS = 8
SERVER = """
import os
from flask import Flask
from flask_socketio import SocketIO
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading", message_queue=os.environ.get("QUEUE") or None)

@app.route("/announce")
def announce():
    socketio.emit("news", "to everybody")
    return "sent"
"""
WEBSOCKET, DEFAULT = ["websocket"], ["polling", "websocket"]
RUNS = (
    ("1 worker", 1, False, DEFAULT),
    ("2 workers", 2, False, DEFAULT),
    ("2 workers, clients begin with WebSocket", 2, False, WEBSOCKET),
    ("2 workers and a queue", 2, True, DEFAULT),
    ("2 workers and a queue, clients begin with WebSocket", 2, True, WEBSOCKET),
)


def run(name: str, workers: int, queue: bool, transports: list[str]) -> list[str]:
    """Connect the clients, announce once, and return the row."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "server.py").write_text(SERVER)
        command = ["-m", "gunicorn", "-w", str(workers), "--threads", "30", "-b", f"127.0.0.1:{PORT}"]
        server = subprocess.Popen(
            [sys.executable, *command, "--no-control-socket", "--log-level", "error", "server:app"],
            cwd=folder,
            env={"QUEUE": f"redis://127.0.0.1:{REDIS}" if queue else "", "PYTHONPATH": ":".join(sys.path)},
        )
        try:
            wait_until_it_listens()
            return [name, *counted(transports)]
        finally:
            server.terminate()
            server.wait()


def wait_until_it_listens() -> None:
    """Return once both workers have had the time to start: ask until many answers in a row have come."""
    answers = 0
    while answers < 20:
        try:
            requests.get(f"http://127.0.0.1:{PORT}/nothing", timeout=5)
            answers += 1
        except requests.ConnectionError:
            answers = 0
        time.sleep(0.1)


def counted(transports: list[str]) -> list[str]:
    """Return how many clients got in and stayed, and how many of them heard the announcement."""
    clients, heard = [], []
    for _ in range(CLIENTS):
        client = socketio.Client(reconnection=False)
        client.on("news", lambda _text: heard.append(1))
        try:
            client.connect(f"http://127.0.0.1:{PORT}", transports=transports, wait_timeout=3)
            clients.append(client)
        except socketio.exceptions.ConnectionError:
            continue
    there = threading.Event()
    there.wait(2)
    staying = [client for client in clients if client.connected]
    requests.get(f"http://127.0.0.1:{PORT}/announce", timeout=5)
    there.wait(2)
    for client in staying:
        client.disconnect()
    return [f"{len(staying)} of {CLIENTS}", f"{len(heard)} of {len(staying)}"]


def main() -> None:
    """Run all of them and write the table."""
    redis = subprocess.Popen(["redis-server", "--port", str(REDIS), "--save", ""], stdout=subprocess.DEVNULL)
    try:
        time.sleep(1)
        rows = [run(*each) for each in RUNS]
    finally:
        redis.terminate()
        redis.wait()
    table = {
        "title": "Eight clients, and one message to everybody",
        "made_by": f"recordings/{HERE.name}",
        "made_from": hashlib.sha256(HERE.read_bytes()).hexdigest(),
        "columns": ["gunicorn", "Clients that got in and stayed", "Clients that heard the message"],
        "rows": rows,
    }
    HERE.with_suffix(".json").write_text(json.dumps(table, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
