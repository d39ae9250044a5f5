"""A learner's note on a paragraph: a plain form, which the page's script sends without leaving the page."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, jsonify, redirect, request, url_for

from course.learning.refused import Refused
from course.progress import notes as kept
from course.progress.not_kept import NotKept
from course.web.fair_use import pay_for
from course.web.identity import current_learner
from course.web.site import site

notes = Blueprint("notes", __name__)

THANKS = "Thank you. Your note is kept for those who write this lesson."


@notes.post("/lessons/<slug>/notes")
def leave(slug: str) -> Response:
    """Keep a note; answer in JSON if the page's script asks, otherwise show the lesson again."""
    try:
        lesson = site().learning.lesson(slug)
    except Refused:
        abort(404)
    text = " ".join(request.form.get("text", "").replace("\0", "").split())
    paragraph = " ".join(request.form.get("paragraph", "").replace("\0", "").split())
    status, said = 200, THANKS
    if not text:
        status, said = 400, "Write a few words first."
    else:
        try:
            pay_for("note")
            kept.add(current_learner(), slug, lesson.version, paragraph, text)
        except Refused as refused:
            status, said = 429, refused.message
        except kept.TooManyNotes:
            status, said = 429, "That is enough for now: your notes so far are kept. Come back later."
        except NotKept as reason:
            status, said = 503, str(reason)
    if request.accept_mimetypes.best == "application/json":
        answer = jsonify({"ok": status == 200, "message": said})
        answer.status_code = status
        return answer
    flash(said, "note")
    return redirect(url_for("pages.lesson", slug=slug, _anchor="notes"), 303)  # type: ignore[return-value]
