"""How gunicorn serves Duplex: one gevent worker a web process, and a quick, honest end.

More capacity comes from more web processes behind a balancer, never from more workers here: a Socket.IO session and
a running sandbox belong to the process that made them.
"""

import os
import signal
import sys

from course.config import SettingRefused, read_settings
from course.serve.worker import stay_closed

try:
    read_settings()
except SettingRefused as refusal:  # here, in the master: a worker that refuses to start would be started anew for ever
    sys.exit(str(refusal))

bind = f"0.0.0.0:{os.environ.get('PORT') or 8000}"
worker_class = "course.serve.worker.SiteWorker"  # gevent's, with an end to its patience for those who send nothing
workers = 1
graceful_timeout = 5  # seconds, then the plug is pulled; the worker needs two
secure_scheme_headers = {}  # which proxies are believed says TRUSTED_PROXIES alone
forwarder_headers = ""
control_socket_disable = True


def when_ready(master):
    """Let clients wait at the door: a worker opens it, once the site can answer."""
    stay_closed(master)


def child_exit(master, worker):
    """Close the door again when nobody is left behind it: a new worker takes some seconds to come."""
    if not master.WORKERS:
        stay_closed(master)


def post_worker_init(worker):
    """At the end tell every page and end every sandbox: open connections would hold it up."""

    def leave(number, frame):
        import gevent

        from course.factory import stop

        worker.farewell = gevent.spawn(stop, worker.app.callable)
        worker.handle_exit(number, frame)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, leave)
