"""How gunicorn serves Duplex: one gevent worker a web process, and a quick, honest end.

More capacity comes from more web processes behind a balancer, never from more workers here: a Socket.IO session and
a running sandbox belong to the process that made them.
"""

import os
import signal

bind = f"0.0.0.0:{os.environ.get('PORT') or 8000}"
worker_class = "gevent"
workers = 1
graceful_timeout = 8  # seconds; an open WebSocket would otherwise hold the end up for the whole default of 30
control_socket_disable = True


def post_worker_init(worker):
    """On SIGTERM tell every page and end every sandbox: open connections would hold the end up."""
    end = signal.getsignal(signal.SIGTERM)

    def leave(number, frame):
        import gevent

        from course.factory import stop

        gevent.spawn(stop, worker.app.callable)
        end(number, frame)

    signal.signal(signal.SIGTERM, leave)
