"""The gateway in front of stub sandboxes, under a chosen web server.

``python front.py werkzeug|pywsgi|gunicorn <port> <socket path>``. The trace so far is at ``/trace``, JSON; ``/fault`` puts
a fault in force.
"""

import sys

if sys.argv[1] != "werkzeug":
    from gevent import monkey

    monkey.patch_all()

import json
import os
from pathlib import Path
from urllib.parse import parse_qs

from course.sandbox.client_faults import Fault
from course.sandbox.faults import Faults
from course.sandbox.gateway import tunnel
from course.sandbox.gateway.middleware import Gateway
from course.sandbox.limits import Limits
from course.sandbox.model import Program, StateChange
from course.sandbox.trace import Trace
from tests.sandbox.gateway.stage import ENDED, FUZZED, HOSTILE, NOBODY, RUNNING

tunnel.LEAVE_SECONDS = 1.5  # what goes on for longer is tested, too


class StubSandbox:
    def __init__(self, state, socket_path, **limits):
        self.state = StateChange(state)
        self.socket_path = Path(socket_path)
        self.limits = Limits(**limits)
        self.program = Program({"server.py": "pass", "client.js": "const socket = io();\n"})
        self.trace = Trace(lambda rows, dropped: None, rows_per_second=100000)
        self.faults = Faults(self.trace.mark)
        self.touched = 0
        self.notices = []

    def touch(self):
        self.touched += 1

    def notice(self, text):
        self.notices.append(text)


def course_app(sandboxes):
    def app(environ, start_response):
        headers = [("Content-Type", "application/json"), ("Set-Cookie", "course=secret; HttpOnly; Path=/")]
        body = {"course": environ["PATH_INFO"]}
        if environ["PATH_INFO"] == "/trace":
            sandbox = sandboxes[RUNNING]
            sandbox.trace.flush()
            client = parse_qs(environ["QUERY_STRING"]).get("client", [None])[0]
            rows = [row.as_json() for row in sandbox.trace.rows if client in (None, row.client)]
            marks = [mark.as_json() for mark in sandbox.trace.marks if client in (None, mark.client)]
            body = {
                "rows": rows,
                "marks": marks,
                "touched": sandbox.touched,
                "notices": sandbox.notices,
                "pid": os.getpid(),
            }
        if environ["PATH_INFO"] == "/fault":
            asked = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
            fault = Fault(asked["client"], asked["kind"], int(asked["amount"]), asked.get("direction", ""))
            body = sandboxes[RUNNING].faults.set(fault)
        start_response("200 OK", headers)
        return [json.dumps(body).encode()]

    return app


def build(socket_path):
    sandboxes = {
        RUNNING: StubSandbox("ready", socket_path),
        ENDED: StubSandbox("stopped", socket_path),
        NOBODY: StubSandbox("ready", socket_path + ".nobody"),
        HOSTILE: StubSandbox("ready", socket_path + ".hostile"),
        FUZZED: StubSandbox("ready", socket_path + ".fuzzed", traffic_bytes_per_second=1 << 40),
    }
    return Gateway(course_app(sandboxes), sandboxes)


def main(server, port, socket_path):
    if server == "werkzeug":
        from werkzeug.serving import make_server

        make_server("127.0.0.1", port, build(socket_path), threaded=True).serve_forever()
    elif server == "pywsgi":
        from gevent.pywsgi import WSGIServer

        WSGIServer(("127.0.0.1", port), build(socket_path), log=None).serve_forever()
    else:
        from gunicorn.app.base import BaseApplication

        class Application(BaseApplication):
            def load_config(self):
                for name, value in {
                    "bind": f"127.0.0.1:{port}",
                    "worker_class": "course.serve.worker.SiteWorker",
                    "workers": 1,
                    "loglevel": "warning",
                    "graceful_timeout": 1,
                    "control_socket_disable": True,
                }.items():
                    self.cfg.set(name, value)

            def load(self):
                return build(socket_path)

        Application().run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
