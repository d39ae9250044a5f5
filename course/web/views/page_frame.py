"""The data of the frame around every page."""

from __future__ import annotations

from typing import Any

from course.content.model import Course
from course.progress.lesson_progress import course_progress
from course.web.identity import current_learner
from course.web.site import site
from course.web.views.workspaces import RUNTIMES


def frame() -> dict[str, Any]:
    """Return what every page's frame needs: the course, the learner's progress, and in development its problems."""
    course: Course = site().course
    return {
        "course": course,
        "progress": course_progress(current_learner(), course),
        "runtimes": RUNTIMES,
        "edit_url": site().settings.edit_url,
        "problems": () if site().settings.production else course.problems,
    }
