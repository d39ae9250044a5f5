"""Runs a lesson's program as ``python server.py`` in a terminal would: ``python launched.py server.py``.

Only this is added: a free port, permission to use Werkzeug's server without a terminal, output line by line as in a
terminal, and under gevent, which starts silently, the line that says where it runs.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    program = sys.argv[1]
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.argv[:] = [program]
    sys.path[0] = str(Path(program).resolve().parent)
    on_a_free_port()
    runpy.run_path(program, run_name="__main__")


def on_a_free_port() -> None:
    from flask_socketio import SocketIO

    plain_run = SocketIO.run

    def run(self: SocketIO, app: Any, **options: Any) -> None:
        if self.async_mode == "gevent":
            say_where_gevent_runs()
        plain_run(self, app, **{**options, "host": "127.0.0.1", "port": 0, "allow_unsafe_werkzeug": True})

    SocketIO.run = run  # type: ignore[method-assign]


def say_where_gevent_runs() -> None:
    from gevent import pywsgi

    plain_start = pywsgi.WSGIServer.start

    def start(server: Any) -> None:
        plain_start(server)
        print("Running on http://127.0.0.1:" + str(server.server_port))

    pywsgi.WSGIServer.start = start


if __name__ == "__main__":
    main()
