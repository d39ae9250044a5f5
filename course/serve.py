"""`make run`: the development server, with a clear message when it can't start."""

from __future__ import annotations

import errno
import socket
import sys
import threading
import time
import webbrowser

from flask import Flask

from course.factory import start
from course.web.site import Site


def serve(app: Flask, page: str = "/", *, browse: bool = False) -> None:
    """Serve until Ctrl-C. When the address is taken, ends the process with a sentence that says so.

    `page` is the page whose address is printed; with `browse` a browser opens it.
    """
    site: Site = app.extensions["duplex"]
    host, port = site.settings.host, site.settings.port
    _refuse_taken(host, port)
    start(app)
    shown = "localhost" if site.settings.loopback else host
    address = f"http://{shown}:{port}{page}"
    sys.stdout.write(f"\n  Duplex is at  {address}\n  Ctrl-C stops it.\n\n")
    if site.learning.sandboxes.unavailable:
        sys.stdout.write(f"  Run is off: {site.learning.sandboxes.unavailable}\n\n")
    sys.stdout.flush()
    if browse:
        threading.Thread(target=_open, args=(host, port, address), daemon=True).start()
    try:
        app.extensions["socketio"].run(app, host=host, port=port)
    except KeyboardInterrupt:
        sys.stdout.write("\n  Stopped.\n")


def _open(host: str, port: int, address: str) -> None:
    """Open the page once the site listens."""
    for _ in range(100):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as attempt:
            if attempt.connect_ex((host, port)) == 0:
                webbrowser.open(address)
                return
        time.sleep(0.1)


def _refuse_taken(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                sys.exit(f"Port {port} is taken by another program. Choose another one:  make run PORT={port + 1}")
            if error.errno == errno.EACCES:
                sys.exit(f"Port {port} needs more rights than you have. Choose one above 1023:  make run PORT=5000")
            sys.exit(f"The address {host}:{port} can't be used here ({error.strerror}). Check HOST and PORT.")
