"""Questions as plain forms: everything works without a script, too."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, request, url_for

from course.learning.refused import Refused
from course.progress.not_kept import NotKept
from course.web.fair_use import pay_for
from course.web.identity import current_learner
from course.web.site import site

questions = Blueprint("questions", __name__)


@questions.post("/lessons/<slug>/questions/<question>")
def answer(slug: str, question: str) -> Response:
    """Commit an answer, then show the lesson again at that question."""
    choices, text = _choices(), request.form.get("text", "")
    try:
        pay_for("answer")
        verdict = site().learning.answer(current_learner(), slug, question, choices, text.replace("\0", ""))
        site().hub.votes_changed(slug, question, verdict.question.version)
    except Refused as refused:
        if refused.code == "unknown_lesson":
            abort(404)
        flash(refused.message, question)
    except NotKept as reason:
        flash(str(reason), question)
    mode = request.form.get("mode") or None  # the view that shows the form
    place = url_for("pages.lesson", slug=slug, mode=mode, _anchor=f"question-{question}")
    return redirect(place, 303)  # type: ignore[return-value]


def _choices() -> tuple[str, ...]:
    """Return what was ticked; for a delivery question each client with how often, which is a field of its own."""
    ticked = request.form.getlist("choice")[:20]
    times = {choice: request.form.get(f"times-{choice}", "1")[:5] for choice in ticked}
    return tuple(choice if times[choice] == "1" else f"{choice}:{times[choice]}" for choice in ticked)
