"""Programs to run at home, as a zip."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, request
from werkzeug.exceptions import TooManyRequests

from course.content.model import PLAYGROUND, SCRATCH
from course.learning.programs import valid_files
from course.learning.refused import Refused
from course.live import payloads
from course.program import Files
from course.progress import work
from course.web.fair_use import pay_for
from course.web.identity import current_learner
from course.web.site import site
from course.web.take_home import project

downloads = Blueprint("downloads", __name__)


@downloads.route("/playground/download", methods=["GET", "POST"], defaults={"slug": PLAYGROUND, "exercise": SCRATCH})
@downloads.route("/lessons/<slug>/<exercise>/download", methods=["GET", "POST"])
def take_home(slug: str, exercise: str) -> Response:
    """Send the project: the files that were posted, otherwise the saved ones, otherwise the starter."""
    try:
        starter = site().learning.starting_files(slug, exercise)
        runtime = site().learning.runtimes(slug, exercise)[0]
        pay_for("download")
        files = _posted() or _saved(slug, exercise) or starter
        files = valid_files(files)
    except Refused as refused:
        if refused.code == "too_often":
            raise TooManyRequests(refused.message, retry_after=refused.extra["retry_after"]) from refused
        abort(404 if refused.code.startswith("unknown") else 400, refused.message)
    title, event = _title(slug, exercise)
    packed = project(title, files, event=event, client_library=_client_library(), runtime=runtime)
    name = f"duplex-{slug if exercise == SCRATCH else exercise}.zip"
    return Response(
        packed, mimetype="application/zip", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _posted() -> Files | None:
    """Return the files of the page's editor; the form carries them as JSON."""
    text = request.form.get("files")
    if request.method != "POST" or not text:
        return None
    try:
        return payloads.files({"files": json.loads(text)})
    except (ValueError, RecursionError):
        abort(400, "The form's files could not be read.")


def _saved(slug: str, exercise: str) -> Files | None:
    saved = work.find(current_learner(), slug, exercise)
    return saved.files if saved and saved.version else None


def _title(slug: str, exercise: str) -> tuple[str, str]:
    if slug == PLAYGROUND:
        return "My server", "message"
    lesson = site().learning.lesson(slug)
    if exercise == SCRATCH:
        return lesson.title, (lesson.events or ("message",))[0]
    found = lesson.exercises[exercise]
    return found.title, (found.events or ("message",))[0]


def _client_library() -> bytes | None:
    file = Path(current_app.static_folder or "static") / "dist" / "socket.io.min.js"
    return file.read_bytes() if file.exists() else None
