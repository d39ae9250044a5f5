"""A learner's own data: shown, downloaded, deleted."""

from __future__ import annotations

import json

from flask import Blueprint, Response, redirect, render_template, url_for

from course.progress import own_data
from course.progress.lesson_progress import course_progress
from course.web.identity import current_learner, forget_learner
from course.web.site import site

account = Blueprint("account", __name__)


@account.get("/me/")
def me() -> str:
    """Show what is kept about this learner."""
    kept = own_data.export(current_learner())
    return render_template(
        "me.html",
        course=site().course,
        progress=course_progress(current_learner(), site().course),
        problems=(),
        kept=kept,
        page_data={"kind": "me"},
    )


@account.get("/me/data.json")
def download() -> Response:
    """Send everything that is kept about this learner."""
    text = json.dumps(own_data.export(current_learner()), indent=2, ensure_ascii=False)
    return Response(
        text,
        mimetype="application/json",
        headers={"Content-Disposition": 'attachment; filename="duplex-my-data.json"', "Cache-Control": "no-store"},
    )


@account.post("/me/delete")
def delete() -> Response:
    """Delete everything that is kept about this learner, and forget their id."""
    learner = current_learner()
    site().learning.stop(learner)
    own_data.forget(learner)
    forget_learner()
    return redirect(url_for("pages.course_map"), 303)  # type: ignore[return-value]
