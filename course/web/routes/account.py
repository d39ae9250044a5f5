"""A learner's own data: shown, downloaded, deleted."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, stream_with_context, url_for
from werkzeug.exceptions import TooManyRequests

from course.learning.refused import Refused
from course.progress import own_data
from course.progress.lesson_progress import course_progress
from course.progress.thinning import QUOTA_BYTES
from course.web.fair_use import pay_for
from course.web.identity import current_learner, forget_learner
from course.web.site import site

account = Blueprint("account", __name__)


@account.get("/me/")
def me() -> str:
    """Show what is kept about this learner."""
    return render_template(
        "me.html",
        course=site().course,
        progress=course_progress(current_learner(), site().course),
        problems=(),
        kept=own_data.summary(current_learner()),
        quota=QUOTA_BYTES,
        page_data={"kind": "me"},
    )


@account.get("/me/data.json")
def download() -> Response:
    """Send everything that is kept about this learner."""
    _pay("export")
    return Response(
        stream_with_context(own_data.export(current_learner())),
        mimetype="application/json",
        headers={"Content-Disposition": 'attachment; filename="duplex-my-data.json"', "Cache-Control": "no-store"},
    )


@account.post("/me/versions/delete")
def delete_versions() -> Response:
    """Delete the earlier versions, which make room for new ones."""
    _pay("delete")
    own_data.forget_versions(current_learner())
    return redirect(url_for("account.me"), 303)  # type: ignore[return-value]


@account.post("/me/delete")
def delete() -> Response:
    """Delete everything that is kept about this learner, here and in this browser, and forget their id."""
    _pay("delete")
    site().hub.forget(current_learner())
    forget_learner()
    answer = redirect(url_for("pages.course_map"), 303)
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer  # type: ignore[return-value]


def _pay(what: str) -> None:
    try:
        pay_for(what)
    except Refused as refused:
        raise TooManyRequests(refused.message, retry_after=refused.extra["retry_after"]) from refused
