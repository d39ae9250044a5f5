"""A lesson's programs come in a file that every learner shares; the page tells what is this learner's own."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from course.progress import work
from course.web.identity import current_learner
from course.web.views.page_data import lesson_page
from course.web.views.programs import beyond, lesson_programs, version_of

SLUG = "listening-to-events"
LESSON = f"/lessons/{SLUG}/"


def address_of_programs(page: str) -> str:
    """Return the address that the page has its browser fetch at once."""
    found = re.search(r'<link rel="preload" id="programs" href="([^"]*)" as="fetch" crossorigin>', page)
    assert found, "the page names no programs"
    return html.unescape(found[1])


def told_in(page: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(page.partition('id="page-data">')[2].partition("</script>")[0])
    return data


def test_a_program_of_the_text_is_sent_once(learner: FlaskClient) -> None:
    page = learner.get(LESSON).text
    examples = learner.get(address_of_programs(page)).json["examples"]  # type: ignore[index]
    assert examples
    for name, example in examples.items():
        assert ("source" in example) != (f'data-example="{name}"' in page)


def test_what_is_sent_of_each_shown_program_makes_the_whole_of_it(app: Flask, learner: FlaskClient) -> None:
    """What static/js/core/page_data.js puts together: before, the text of the card's first <pre>, after."""
    seen = 0
    for lesson in app.extensions["duplex"].course.readable:
        page = learner.get(f"/lessons/{lesson.slug}/", follow_redirects=True).text
        told = learner.get(f"/lessons/{lesson.slug}/programs.json").json["examples"]  # type: ignore[index]
        for example in lesson.examples:
            if "before" in told[example.id]:
                card = page.partition(f'<example-card data-example="{example.id}">')[2]
                shown = re.sub("<[^>]*>", "", card.partition("<pre>")[2].partition("</pre>")[0])
                sent = told[example.id]
                assert sent["before"] + html.unescape(shown) + sent["after"] == example.source
                seen += 1
    assert seen > 30


def test_under_the_pages_address_it_may_be_kept_for_ever_and_under_no_other(learner: FlaskClient) -> None:
    address = address_of_programs(learner.get(LESSON).text)
    kept = learner.get(address)
    assert (kept.cache_control.immutable, kept.cache_control.public) == (True, True)
    assert "Set-Cookie" not in kept.headers
    assert "Cookie" not in kept.headers.get("Vary", "")
    other = learner.get(f"{LESSON}programs.json?v=of-yesterday")
    assert other.json == kept.json
    assert other.cache_control.no_cache
    assert not other.cache_control.max_age


def test_another_program_has_another_version(app: Flask) -> None:
    with app.test_request_context():
        site = app.extensions["duplex"]
        programs = lesson_programs(site.learning.lesson(SLUG), site.learning)
        version = version_of(programs)
        assert version == version_of(lesson_programs(site.learning.lesson(SLUG), site.learning))
        programs["workspaces"]["scratch"]["files"]["server.py"] += "\n"
        assert version_of(programs) != version


def test_somebody_who_begins_is_told_of_no_workspace(learner: FlaskClient) -> None:
    assert told_in(learner.get(LESSON).text)["workspaces"] == {}


def test_the_page_and_its_programs_make_the_whole(app: Flask, learner: FlaskClient) -> None:
    with learner:
        learner.get(LESSON)
        me = current_learner()
        work.save(me, SLUG, "add-with-ack", {"server.py": "mine"})
        page = learner.get(LESSON).text
        site = app.extensions["duplex"]
        whole = lesson_page(me, site.learning.lesson(SLUG), site.learning, site.hub)
    told = told_in(page)
    assert set(told["workspaces"]) == {"add-with-ack"}
    assert set(told["workspaces"]["add-with-ack"]) == {"files", "version"}
    programs = learner.get(address_of_programs(page)).json
    assert programs is not None
    put_together = {name: {**each, **told["workspaces"].get(name, {})} for name, each in programs["workspaces"].items()}
    assert put_together == whole["workspaces"]
    assert list(put_together) == list(whole["workspaces"]), "the picker shows them in this order"


def test_what_is_the_same_for_everybody_is_left_out() -> None:
    programs = {
        "examples": {},
        "workspaces": {"add": {"title": "Add", "version": 0}, "echo": {"title": "Echo", "version": 0}},
    }
    page = {"slug": "x", "workspaces": {"add": {"title": "Add", "version": 3}, "echo": {"title": "Echo", "version": 0}}}
    assert beyond(programs, page) == {"slug": "x", "workspaces": {"add": {"version": 3}}}


@pytest.mark.parametrize("address", [f"{LESSON}add-with-ack/", "/playground/"])
def test_a_page_with_one_workspace_brings_it_along(learner: FlaskClient, address: str) -> None:
    page = learner.get(address).text
    assert 'id="programs"' not in page
    [workspace] = told_in(page)["workspaces"].values()
    assert "SocketIO" in workspace["files"]["server.py"]


def test_a_lesson_that_is_not_there_has_none(learner: FlaskClient) -> None:
    assert learner.get("/lessons/none/programs.json").status_code == 404
