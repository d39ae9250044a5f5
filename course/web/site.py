"""The one object that the factory wires, and how views reach it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app

from course.config import Settings
from course.content.course_on_disk import Courses
from course.content.model import Course
from course.learning.actions import Learning
from course.live.hub import Hub
from course.web.connections import Connections
from course.web.views.search_index import SearchIndex


@dataclass(frozen=True)
class Site:
    """Everything that a view may need."""

    settings: Settings
    learning: Learning
    hub: Hub
    courses: Courses
    search: SearchIndex
    connections: Connections

    @property
    def course(self) -> Course:
        """Return the course as it is on disk now (development), or as it was at the start (production)."""
        return self.courses.current()


def site() -> Site:
    """Return the site that this request belongs to."""
    return cast(Site, current_app.extensions["duplex"])
