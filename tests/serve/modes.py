"""The site as it is served in each mode, for tests that run no program on it."""

from __future__ import annotations

from pathlib import Path

from tests.stage.running_site import GUNICORN, MAKE_RUN, RunningSite

MODES = ("development", "production")
PRODUCTION = {"PRODUCTION": "1", "SECRET_KEY": "x" * 32, "ALLOWED_HOSTS": "learn.example.org"}


def in_mode(mode: str, folder: Path, **environment: str) -> RunningSite:
    """Return the site as `make run` starts it, or as gunicorn does."""
    if mode == "production":
        return RunningSite(folder, GUNICORN, **PRODUCTION, **environment)
    return RunningSite(folder, MAKE_RUN, **environment)


def served_in(mode: str, folder: Path) -> RunningSite:
    """Return one that runs no programs: it starts sooner."""
    return in_mode(mode, folder, SANDBOX="off")
