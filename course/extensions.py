"""The Flask extensions, unbound. This module imports nothing of ours, so that anything may import it."""

from __future__ import annotations

import threading
from typing import Any, cast

from flask import Flask, current_app
from flask_compress import Compress
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """The base class of every table."""


class Database(SQLAlchemy):
    """The database of each site, with the lock that its writers hold: see `course.progress.writing`."""

    def init_app(self, app: Flask) -> None:
        """Bind to a site."""
        super().init_app(app)
        app.extensions["sqlalchemy_writer"] = threading.Lock()

    @property
    def writer(self) -> threading.Lock:
        """Return the lock of the current site."""
        extensions: dict[str, Any] = current_app.extensions
        return cast(threading.Lock, extensions["sqlalchemy_writer"])


db = Database(model_class=Base)
migrate = Migrate()
compress = Compress()
