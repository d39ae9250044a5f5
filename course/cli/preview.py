"""Serves the course in development, for its author alone."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import NoReturn

from course.config import ROOT

LOOPBACK = "127.0.0.1"


def preview(page: str, course: Path, *, browse: bool) -> NoReturn:
    """Become the site, in development, on a free port of this machine; `page` is the address that is shown.

    The site replaces this process: a signal that is sent to the one reaches the other.
    """
    settings = {
        "COURSE_DIR": str(course),
        "HOST": LOOPBACK,
        "PORT": str(_free_port()),
        "PRODUCTION": "0",
        "HTTPS": "0",
        "TRUSTED_PROXIES": "0",
    }
    sys.stdout.flush()
    words = [sys.executable, str(ROOT / "app.py"), page, *(["--open"] if browse else [])]
    os.execve(sys.executable, words, {**os.environ, **settings})  # noqa: S606  (our own program)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
