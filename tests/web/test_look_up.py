"""The glossary, the reference and the search: what is in them, and what must never be."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from course.content.model import Course
from course.web.views.search_index import Entry, entries_of, excerpt, find
from tests.stage.courses import SLUG, problems, rich_course, this_course
from tests.wire.test_wire import NODE

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def course() -> Course:
    return this_course()


def test_the_courses_of_tests_have_no_problem(tmp_path: Path) -> None:
    assert [problem for problem in problems(rich_course(tmp_path / "lessons")) if problem.severity == "error"] == []


def test_terms_are_sorted_and_have_anchors(rich: FlaskClient) -> None:
    page = rich.get("/glossary/").get_data(as_text=True)
    assert re.findall(r'<div id="([^"]+)"><dt>', page) == ["acknowledgement", "room"]
    terms = rich.get("/glossary.json")
    assert "<strong>to its sender</strong>" in terms.get_json()["acknowledgement"]["html"]
    again = rich.get("/glossary.json", headers={"If-None-Match": terms.headers["ETag"]})
    assert again.status_code == 304
    assert 'class="term" href="/glossary/#acknowledgement"' in rich.get(f"/lessons/{SLUG}/").get_data(as_text=True)


def test_the_reference_collects_every_sheet_below_the_title_of_its_lesson(rich: FlaskClient) -> None:
    page = rich.get("/reference/").get_data(as_text=True)
    assert re.search(rf'<section [^>]*id="{SLUG}".*?<h3 [^>]*>Answers</h3>.*?<table>', page, re.S)


@pytest.mark.parametrize("address", ["/glossary/", "/reference/", "/search", "/search?q=xyzzy"])
def test_a_course_without_any_says_so(learner: FlaskClient, address: str) -> None:
    page = learner.get(address)
    assert page.status_code == 200
    assert b"<h1>" in page.data


def test_the_search_works_without_a_script(rich: FlaskClient) -> None:
    page = rich.get("/search?q=ACK").get_data(as_text=True)
    first = page[page.index('<ol class="found">') :].split("</li>")[0]
    assert 'href="/glossary/#acknowledgement"' in first
    assert "<mark>ack</mark>nowledgement" in first
    nothing = rich.get("/search?q=<b>").get_data(as_text=True)
    assert "Nothing holds “&lt;b&gt;”" in nothing and 'href="/"' in nothing


def test_no_key_no_reason_and_no_help_can_be_found(app: Flask, course: Course) -> None:
    told = app.extensions["duplex"].search.as_json()
    for lesson in course.everything:
        for question in lesson.questions:
            hidden = [question.reason_html, *(option.reason_html for option in question.options)]
            hidden += [option.html for option in question.options if len(option.html) > 40]
            for html in filter(None, hidden):
                words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).strip()
                assert json.dumps(words, ensure_ascii=False)[1:-1] not in told
        for exercise in lesson.exercises.values():
            assert not any(hint in told for hint in exercise.hints)


def test_titles_come_first_and_every_word_is_needed() -> None:
    entries = (
        Entry("Emitting", "Lesson", "/a", "room room room room room room room"),
        Entry("Bedrooms", "Lesson", "/b", ""),
        Entry("Rooms", "Lesson", "/c", ""),
        Entry("One room", "Term", "/d", "emit"),
    )
    assert [entry.url for entry in find(entries, "room")] == ["/d", "/c", "/b", "/a"]
    assert [entry.url for entry in find(entries, "Room EMIT")] == ["/d", "/a"]
    assert find(entries, " ") == find(entries, "nowhere") == []


def test_an_excerpt_shows_the_first_hit() -> None:
    text = "word " * 100 + "needle" + " word" * 100
    pieces = excerpt(text, ["needle"])
    assert ("needle", True) in pieces
    assert len("".join(words for words, _ in pieces)) < 220


QUERIES = ["ack", "emit(", "json list", "return value", "e", 'on("*")', "Namespace room", "async_mode", "zzz", ".*"]


@pytest.mark.skipif(NODE is None, reason="no Node here")
def test_the_page_finds_what_the_server_finds(course: Course) -> None:
    entries = tuple(entries_of(course))
    script = """
      const { excerpt, find, wordsOf } = await import(process.argv[1]);
      const { entries, queries } = JSON.parse(await new Response(process.stdin).text());
      console.log(JSON.stringify(queries.map((query) => find(entries, query).map((entry) => [
        entry.url, entry.title, excerpt(entry.text, wordsOf(query)).map(({ text, hit }) => [text, hit]) ]))));
    """
    given = {"entries": [entry.__dict__ for entry in entries], "queries": QUERIES}
    ran = subprocess.run(
        [str(NODE), "--input-type=module", "-e", script, str(ROOT / "static/js/search/rank.js")],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    here = [
        [
            [entry.url, entry.title, [list(piece) for piece in excerpt(entry.text, query.lower().split())]]
            for entry in find(entries, query)
        ]
        for query in QUERIES
    ]
    assert json.loads(ran.stdout) == here
    assert here[0] and here[4]
