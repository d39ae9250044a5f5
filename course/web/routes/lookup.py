"""Where learners look things up: the glossary, the reference of the whole course, and the search."""

from __future__ import annotations

import re

from flask import Blueprint, Response, jsonify, render_template, request
from markupsafe import Markup

from course.web.site import site
from course.web.views.page_frame import frame
from course.web.views.search_index import excerpt, find, marked_hits, words_of

look_up = Blueprint("look_up", __name__)

_HEADING_TAG = re.compile(r"(</?h)([2-5])(?=[ >])")


@look_up.get("/glossary/")
def glossary() -> str:
    """Show every term with its explanation."""
    return render_template("glossary.html", **frame(), page_data={"kind": "glossary"})


@look_up.get("/glossary.json")
def glossary_json() -> Response:
    """Send what the popovers of a page show: anchor → name and explanation."""
    terms = {term.id: {"name": term.name, "html": term.html} for term in site().course.glossary}
    return _kept(jsonify(terms))


@look_up.get("/reference/")
def reference() -> str:
    """Show the cheat sheets of all lessons together, to be printed."""
    sheets = [
        (lesson, Markup(_deeper(lesson.reference_html)))  # noqa: S704  (sanitised by course.content.text.typesetter)
        for lesson in (*site().course.lessons, *site().course.pages)
        if lesson.reference_html
    ]
    return render_template("reference.html", **frame(), sheets=sheets, page_data={"kind": "reference"})


@look_up.get("/search")
def search() -> str:
    """Show what was found, for browsers without scripts and for links."""
    query = request.args.get("q", "").strip()
    wanted = words_of(query)
    hits = [
        (entry, marked_hits(entry.title, wanted), excerpt(entry.text, wanted))
        for entry in find(site().search.entries, query)
    ]
    return render_template("search.html", **frame(), query=query, hits=hits, page_data={"kind": "search"})


@look_up.get("/search.json")
def search_json() -> Response:
    """Send everything that can be found; the page searches by itself."""
    return _kept(Response(site().search.as_json(), mimetype="application/json"))


def _kept(response: Response) -> Response:
    """Let a browser cache it, but ask each time whether it is still the newest."""
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]


def _deeper(html: str) -> str:
    """Return the HTML with every heading one level lower: the lesson's title comes above it."""
    return _HEADING_TAG.sub(lambda match: f"{match[1]}{int(match[2]) + 1}", html)
