"""The one object that the factory wires, as views reach it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app

from course.config import Settings
from course.content.model import Course
from course.learning.actions import Attempts
from course.live.hub import Hub
from course.web.views.search_index import SearchIndex


@dataclass(frozen=True)
class Site:
    """Everything a view may need."""

    settings: Settings
    attempts: Attempts
    hub: Hub
    courses: Callable[[], Course]
    search: SearchIndex

    @property
    def course(self) -> Course:
        """Return the course as it is on disk now (development), or as it was at the start (production)."""
        return self.courses()


def site() -> Site:
    """Return the site that this request belongs to."""
    return cast(Site, current_app.extensions["duplex"])
