"""The pages of the course: the map, a lesson, an exercise, the playground, and the client of a running sandbox."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from course.content.model import Lesson
from course.content.text.images import image_file
from course.learning.refused import Refused
from course.sandbox import visitors
from course.sandbox.gateway.client_page import has_client
from course.sandbox.model import ENDED
from course.web.identity import current_learner
from course.web.routes.assets import A_YEAR_SECONDS
from course.web.site import site
from course.web.views import modes
from course.web.views.course_map import levels, map_page, sections
from course.web.views.page_data import lesson_blocks, lesson_page, playground_page
from course.web.views.page_frame import frame
from course.web.views.problem_notes import problems_of
from course.web.views.programs import beyond, lesson_programs, version_of

pages = Blueprint("pages", __name__)


@pages.get("/")
def course_map() -> str:
    """Show what the course is about, and every lesson with level, minutes and progress."""
    learner, course = current_learner(), site().course
    again = request.args.get("again", "")
    return render_template(
        "map.html",
        **frame(),
        opening=course.opening,
        sections=sections(lesson_blocks(learner, course, course.opening, again)) if course.opening else [],
        levels=levels(course),
        mode=modes.READ,
        page_data=map_page(learner, course.opening, site().hub),
    )


@pages.get("/lessons/<slug>/")
def lesson(slug: str) -> str | WerkzeugResponse:
    """Show a lesson: its text beside its sandbox. `?mode=` chooses the view, `?only=wrong` questions to try again."""
    found = _lesson(slug)
    if found == site().course.opening:  # its text is on the map; a browser keeps the anchor
        return redirect(url_for("pages.course_map", again=request.args.get("again")))
    learner = current_learner()
    around = frame()
    data = _addressed(lesson_page(learner, found, site().learning, site().hub))
    programs = lesson_programs(found, site().learning)
    own = problems_of(site().course, found)
    blocks = lesson_blocks(learner, site().course, found, request.args.get("again", ""), own.beside if own else None)
    offered = modes.ways(found, blocks, around["progress"])
    asked = request.args.get("mode", modes.READ)
    return render_template(
        "lesson.html",
        **around,
        lesson=found,
        exercise=None,
        blocks=blocks,
        own=own,
        ways=offered,
        mode=asked if asked in [way.mode for way in offered] else modes.READ,
        missing=asked if asked in modes.SENTENCES else "",
        only_wrong=request.args.get("only") == "wrong",
        sentences=modes.SENTENCES,
        page_data=data,
        sent=beyond(programs, data),
        programs=url_for(".lesson_programs_file", slug=slug, v=version_of(programs)),
    )


@pages.get("/lessons/<slug>/programs.json")
def lesson_programs_file(slug: str) -> Response:
    """Send a lesson's examples and starting code. Under the version that a page names, it may be cached forever."""
    programs = lesson_programs(_lesson(slug), site().learning)
    response = jsonify(programs)
    if request.args.get("v") == version_of(programs):
        response.cache_control.max_age = A_YEAR_SECONDS
        response.cache_control.public = response.cache_control.immutable = True
    else:
        response.cache_control.no_cache = True
    return response


@pages.get("/lessons/<slug>/<exercise>/")
def exercise(slug: str, exercise: str) -> str:
    """Show an exercise on a page of its own."""
    found = _lesson(slug)
    if exercise not in found.exercises:
        abort(404)
    chosen = found.exercises[exercise]
    data = lesson_page(current_learner(), found, site().learning, site().hub, chosen)
    own = problems_of(site().course, found, chosen)
    return render_template(
        "lesson.html", **frame(), lesson=found, exercise=chosen, blocks=[], own=own, page_data=_addressed(data)
    )


@pages.get("/lessons/<slug>/images/<name>")
def image(slug: str, name: str) -> Response:
    """Send an image of a lesson's bundle."""
    found = _lesson(slug)
    file = image_file(site().course.root / found.folder, name)
    if file is None:
        abort(404)
    return send_file(file, max_age=3600)


@pages.get("/lessons/<slug>/watch/<name>.json")
def demonstration(slug: str, name: str) -> Response:
    """Send a recorded run of a lesson: its frames, marks and captions."""
    for each in _lesson(slug).demonstrations:
        if each.name == name and each.trace is not None:
            return jsonify(each.trace)
    abort(404)


@pages.get("/playground/")
def playground() -> str:
    """Show a sandbox without a task."""
    data = playground_page(current_learner(), site().learning, site().hub)
    return render_template("playground.html", **frame(), page_data=_addressed(data))


@pages.get("/connect/<sandbox_id>")
def connect(sandbox_id: str) -> str | WerkzeugResponse:
    """Show a ready client for a running sandbox: for another tab, or a phone. It keeps its tag on a reload."""
    sandbox = site().learning.sandboxes.get(sandbox_id)
    if sandbox is None or sandbox.state.state in ENDED:
        abort(410, "This server is not running any more. Press Run on the lesson page, then use the new address.")
    tag = request.args.get("tag", "")
    if not visitors.NAME.fullmatch(tag):
        name = sandbox.visitors.name("phone" if "Mobile" in request.user_agent.string else "tab")
        return redirect(url_for(".connect", sandbox_id=sandbox_id, tag=name))
    own = has_client(sandbox.program.files)
    data = {
        "kind": "connect",
        "tag": tag,
        "sandbox": {"id": sandbox.id, "url": site().hub.address_of(sandbox.id), "state": sandbox.state.state},
    }
    return render_template("connect.html", **frame(), has_client=own, page_data=_addressed(data))


def _lesson(slug: str) -> Lesson:
    try:
        return site().learning.lesson(slug)
    except Refused:
        abort(404)


def _addressed(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "loopback": site().settings.loopback}
