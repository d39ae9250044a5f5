"""A program that would behave well only while it is checked, if it could find out: it shows all that it can see."""

import gc
import os
import resource
import signal
import socket
import sys
import threading
import time

from engineio import socket as engineio_socket
from flask import Flask, jsonify, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app)
packets = []
receive = engineio_socket.Socket.receive


def noting(self, packet):
    packets.append([packet.packet_type, packet.data if isinstance(packet.data, (str, dict, type(None))) else "bytes"])
    return receive(self, packet)


engineio_socket.Socket.receive = noting


def shown(value):
    return value if isinstance(value, (str, int, bool, type(None))) else type(value).__name__


def told(act):
    try:
        return act()
    except OSError as error:
        return type(error).__name__


def peer(environ):
    connection = environ.get("werkzeug.socket")
    if connection is None:
        return None  # gevent's server keeps it to itself
    sockets = (socket.SO_TYPE, socket.SO_RCVBUF, socket.SO_SNDBUF, socket.SO_KEEPALIVE, socket.SO_PASSCRED)
    return {
        "family": connection.family.name,
        "own": told(lambda: connection.getsockname().rpartition("/")[0]),
        "name": told(connection.getpeername),
        "options": [told(lambda: connection.getsockopt(socket.SOL_SOCKET, option)) for option in sockets],  # noqa: B023
    }


def unread(connection):
    return connection and told(lambda: connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT).decode())


def request_seen():
    environ = request.environ
    return {
        "environ": [[key, shown(value)] for key, value in environ.items()],
        "headers": [list(each) for each in request.headers],
        # Over long-polling the connection of the request that is kept is closed by now.
        "peer": peer(environ) if request.headers.get("Upgrade") or request.method == "POST" else None,
    }


def descriptors():
    kinds = set()
    for number in range(64):
        try:
            found = socket.socket(fileno=number)
        except OSError:
            continue
        kinds.add(f"socket {found.family.name} {found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)}")
        found.detach()
    return sorted(kinds)


def unknown_threads():
    """Return what runs and was not started by `threading`; one that is ending may be among it."""
    return set(sys._current_frames()) - {thread.ident for thread in threading.enumerate()}


def threads_of_others():
    """Return how many there are; the first report of the inside starts one, a moment later."""
    deadline = time.monotonic() + 2
    while not (found := set.intersection(*(unknown_threads() for _ in range(5)))) and time.monotonic() < deadline:
        time.sleep(0.01)
    return len(found)


def process_seen():
    hooks = SocketIO._handle_event.__globals__
    return {
        "environ": dict(os.environ),
        "argv": sys.argv,
        "path": sys.path,
        "modules": sorted(sys.modules),
        "threads": sorted({thread.name.split("-")[0] for thread in threading.enumerate()}),
        "threads of others": threads_of_others(),
        "limits": [resource.getrlimit(number) for number in range(16)],
        "hooks": sorted((name, type(value).__name__) for name, value in hooks.items()),
        "descriptors": descriptors(),
        "priority": told(lambda: os.getpriority(os.PRIO_PROCESS, 0)),
        "folder": told(os.getcwd),
        "signals": [str(signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)],
        "terminal": sys.stdin.isatty(),
        "profile": [str(sys.getprofile()), str(sys.gettrace())],
        "text in memory": sorted(
            {
                word
                for thing in gc.get_objects()
                if type(thing) is dict
                for word in list(thing.values())
                if type(word) is str and word.startswith(("run", "check", "purpose")) and len(word) < 12
            }
        ),
    }


@socketio.on("connect")
def connected(auth=None):
    app.config[request.sid] = request_seen()


@socketio.on("look")
def look(question):
    seen = app.config[request.sid]
    return {**seen, "auth": question, "process": process_seen(), "packets": packets[:]}


@app.post("/look")
def look_by_http():
    seen = {**request_seen(), "not with the head": unread(request.environ.get("werkzeug.socket"))}
    return jsonify({**seen, "body": request.get_data(as_text=True), "process": process_seen()})


socketio.run(app, allow_unsafe_werkzeug=True)
