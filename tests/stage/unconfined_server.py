"""Runs a learner's server.py, unconfined, on a unix socket; `tests.stage.unconfined` starts it.

``python unconfined_server.py PROGRAM SOCKET RUNTIME``
"""

from __future__ import annotations

import sys

if sys.argv[3:] == ["gevent-patched"]:
    from gevent import monkey

    monkey.patch_all()

import json
import linecache
import logging
import socket
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

import flask
import flask_socketio
import werkzeug.serving


def report_exception(
    kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
) -> None:
    lines = [frame.lineno for frame in traceback.extract_tb(trace) if frame.filename == "server.py"]
    note = {"type": getattr(kind, "__name__", ""), "message": str(error), "line": lines[-1] if lines else None}
    handler = f"{flask.request.method} {flask.request.path}" if flask.has_request_context() else ""
    print("EXCEPTION " + json.dumps({**note, "handler": handler}), flush=True)


def report_record(record: logging.LogRecord) -> bool:
    if record.exc_info:
        report_exception(*record.exc_info)
    return True


def serve_in_greenlets(app: flask.Flask, path: str) -> None:
    from gevent import pywsgi
    from gevent import socket as green

    listener = green.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen()
    server = pywsgi.WSGIServer(listener, app, log=None)
    server.start()
    print("READY", flush=True)
    server.serve_forever()


def main() -> None:
    source, path = Path(sys.argv[1]).read_text(), sys.argv[2]
    sys.path[0] = str(Path(sys.argv[1]).parent)
    threading.excepthook = lambda args: report_exception(args.exc_type, args.exc_value, args.exc_traceback)

    def run(self: Any, app: flask.Flask, *args: Any, **options: Any) -> None:
        if self.async_mode == "gevent":
            serve_in_greenlets(app, path)
            return
        server = werkzeug.serving.make_server("unix://" + path, 0, app, threaded=True)
        print("READY", flush=True)
        server.serve_forever()

    for name in ("socketio.server", "engineio.server", "server"):  # what a connect handler or a route raises
        logging.getLogger(name).addFilter(report_record)
    flask_socketio.SocketIO.run = run  # type: ignore[method-assign]
    linecache.cache["server.py"] = (len(source), None, source.splitlines(True), "server.py")
    exec(compile(source, "server.py", "exec"), {"__name__": "__main__", "__file__": "server.py"})


if __name__ == "__main__":
    main()
