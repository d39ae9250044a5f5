"""`make run`: the server of production in one process, with a clear message when it can't start."""

from __future__ import annotations

import errno
import runpy
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from typing import Any, NoReturn

import gevent.socket
from flask import Flask
from gunicorn.config import Config
from gunicorn.errors import AppImportError
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from course.config import ROOT
from course.factory import start
from course.serve.descriptors import raise_descriptors
from course.serve.worker import SiteWorker, vanish
from course.web.site import Site


def serve(app: Flask, page: str = "/", *, browse: bool = False) -> None:
    """Serve until Ctrl-C. When the address is taken, ends the process with a sentence that says so.

    `page` is the page whose address is printed; with `browse` a browser opens it.
    """
    site: Site = app.extensions["duplex"]
    listener = _bind(site.settings.host, site.settings.port)
    shown = "localhost" if site.settings.loopback else site.settings.host
    address = f"http://{shown}:{listener.getsockname()[1]}{page}"

    def say_where() -> None:
        sys.stdout.write(f"\n  Duplex is at  {address}\n  Ctrl-C stops it.\n\n")
        if site.learning.sandboxes.unavailable:
            sys.stdout.write(f"  Run is off: {site.learning.sandboxes.unavailable}\n\n")
        sys.stdout.flush()
        if browse:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    worker = DevelopmentWorker(app, listener, say_where)
    try:
        worker.init_process()
    except AppImportError as refusal:
        sys.exit(str(refusal))
    except SystemExit:
        if not worker.is_ending:  # else it was asked to, while it was starting
            raise
    sys.stdout.write("\n  Stopped.\n")
    vanish()


class DevelopmentWorker(SiteWorker):
    """A worker without a master: the process that was started is the site, and Ctrl-C, its id and its end are its own.

    It is patched and has a running event loop already, so nothing is made anew as after a fork.
    """

    def __init__(self, app: Flask, listener: socket.socket, listening: Callable[[], None]) -> None:
        settings = _settings()
        super().__init__(1, 0, [listener], _Loaded(app), 0, settings, Logger(settings))
        self._say = listening

    def init_process(self) -> None:
        """Serve."""
        raise_descriptors()
        Worker.init_process(self)

    def open(self, listener: Any) -> None:
        """Listen; another program may have taken the address since it was bound."""
        try:
            super().open(listener)
        except OSError as error:
            _refuse(error, *listener.getsockname()[:2])

    def notify(self) -> None:
        """Tell nobody: there is no master that waits for a sign of life."""

    def listening(self) -> None:
        """Say where the site is."""
        self._say()


class _Loaded:
    """What gunicorn calls an application: something that returns a WSGI one, here after it has started."""

    def __init__(self, app: Flask) -> None:
        self.callable = app

    def wsgi(self) -> Flask:
        start(self.callable)
        return self.callable


def _settings() -> Config:
    """Return what production's own file says, with an eye on what an author wants to see."""
    settings = Config()
    for name, value in runpy.run_path(str(ROOT / "gunicorn.conf.py")).items():
        if name in settings.settings:
            settings.set(name, value)
    settings.set("loglevel", "warning")
    return settings


def _bind(host: str, port: int) -> Any:
    listener = gevent.socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        _refuse(error, host, port)
    return listener


def _refuse(error: OSError, host: str, port: int) -> NoReturn:
    if error.errno == errno.EADDRINUSE:
        sys.exit(f"Port {port} is taken by another program. Choose another one:  make run PORT={port + 1}")
    if error.errno == errno.EACCES:
        sys.exit(f"Port {port} needs more rights than you have. Choose one above 1023:  make run PORT=5000")
    sys.exit(f"The address {host}:{port} can't be used here ({error.strerror}). Check HOST and PORT.")
