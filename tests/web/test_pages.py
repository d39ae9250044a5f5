"""Every page answers, carries the policy, and works without a script."""

import io
import re
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from course.extensions import db
from course.learning.verdicts import shuffled
from course.progress.models import Learner
from course.web.views.page_data import lesson_blocks

LESSON = "/lessons/listening-to-events/"
PAGES = ["/", LESSON, f"{LESSON}add-with-ack/", "/playground/", "/me/"]


@pytest.mark.parametrize("address", PAGES)
def test_it_answers_with_a_strict_policy_and_a_fresh_nonce(learner: FlaskClient, address: str) -> None:
    policies = []
    for _ in range(2):
        page = learner.get(address)
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
        assert "ETag" not in page.headers
        policies.append(page.headers["Content-Security-Policy"])
        assert "unsafe" not in policies[-1]
        assert not re.search(rb"<[^>]+\sstyle=", page.data), "inline styles are refused by the policy"
        assert not re.search(rb"<[^>]+\son\w+=", page.data), "inline handlers are refused by the policy"
    assert policies[0] != policies[1]


@pytest.mark.parametrize("address", ["/nowhere", "/lessons/none/", f"{LESSON}none/"])
def test_an_unknown_address_is_a_page_that_says_what_to_do(learner: FlaskClient, address: str) -> None:
    page = learner.get(address)
    assert page.status_code == 404
    assert b"course map" in page.data


def test_looking_around_writes_no_row(app: Flask, learner: FlaskClient) -> None:
    for address in PAGES:
        learner.get(address)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Learner)) == 0


def test_the_starter_stands_in_a_real_textarea_before_any_script(learner: FlaskClient) -> None:
    page = learner.get(f"{LESSON}add-with-ack/").get_data(as_text=True)
    textarea = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)
    assert textarea and "SocketIO" in textarea.group(1)


def test_a_page_that_shows_no_program_begins_with_the_playgrounds(learner: FlaskClient) -> None:
    def editor(address: str) -> str:
        return (
            learner.get(address)
            .get_data(as_text=True)
            .partition('<textarea name="server.py"')[2]
            .partition("</textarea>")[0]
        )

    assert "someone_arrived" in editor("/playground/")
    assert editor("/lessons/takeaways/") == editor("/playground/")


def first_question(page: str) -> tuple[str, list[str]]:
    form = re.search(rf'<form[^>]*action="({LESSON}questions/[^"]+)".*?</form>', page, re.S)
    assert form
    return form.group(1), re.findall(r'name="choice"[^>]*value="([^"]+)"', form.group(0))


def test_no_key_and_no_reason_is_in_the_page_before_the_answer(app: Flask, learner: FlaskClient) -> None:
    page = learner.get(LESSON).get_data(as_text=True)
    lesson = app.extensions["duplex"].course.lesson("listening-to-events")
    assert lesson.questions
    for question in lesson.questions:
        for option in question.options:
            assert option.reason_html not in page
        assert not question.reason_html or question.reason_html not in page
    assert "[x]" not in page.lower()


def test_a_page_is_drawn_from_what_is_public_of_a_question(app: Flask) -> None:
    course = app.extensions["duplex"].course
    lesson = course.lesson("listening-to-events")
    with app.app_context():
        blocks = lesson_blocks("somebody", course, lesson)
    drawn = [block for block in blocks if block["type"] == "question"]
    assert len(drawn) == len(lesson.questions)
    for block, question in zip(drawn, lesson.questions, strict=True):
        shown = {key: value for key, value in block.items() if key not in ("type", "modes")}
        assert shown == {"question": shuffled(question, "somebody").public(), "answered": None}


def test_a_question_is_answered_by_a_plain_form(app: Flask, learner: FlaskClient) -> None:
    action, choices = first_question(learner.get(LESSON).get_data(as_text=True))
    answered = learner.post(action, data={"choice": choices[0]}, follow_redirects=True)
    lesson = app.extensions["duplex"].course.lesson("listening-to-events")
    question = next(q for q in lesson.questions if action.endswith(f"/{q.id}"))
    page = answered.get_data(as_text=True)
    assert all(option.reason_html in page for option in question.options)


def test_a_form_from_another_site_is_refused(learner: FlaskClient) -> None:
    action, choices = first_question(learner.get(LESSON).get_data(as_text=True))
    refused = learner.post(action, data={"choice": choices[0]}, headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403


def test_options_are_shuffled_per_learner_and_stay_put(app: Flask) -> None:
    orders = {tuple(first_question(app.test_client().get(LESSON).get_data(as_text=True))[1]) for _ in range(20)}
    assert len(orders) > 1
    same = app.test_client()
    assert len({tuple(first_question(same.get(LESSON).get_data(as_text=True))[1]) for _ in range(5)}) == 1


def test_a_program_is_taken_home_as_a_project(learner: FlaskClient) -> None:
    sent = learner.post(f"{LESSON}add-with-ack/download", data={"files": '{"server.py": "print(1)"}'})
    names = zipfile.ZipFile(io.BytesIO(sent.data))
    assert names.read("duplex-project/server.py") == b"print(1)"
    assert {"duplex-project/requirements.txt", "duplex-project/README.md", "duplex-project/static/client.html"} <= set(
        names.namelist()
    )
    assert b"Flask-SocketIO==" in names.read("duplex-project/requirements.txt")


@pytest.mark.parametrize("files", ["not json", "[]", '{"../x": "1"}', '{"server.py": 3}'])
def test_it_packs_no_nonsense(learner: FlaskClient, files: str) -> None:
    assert learner.post("/playground/download", data={"files": files}).status_code == 400


def test_a_learner_can_see_take_and_delete_what_is_kept(app: Flask, learner: FlaskClient) -> None:
    action, choices = first_question(learner.get(LESSON).get_data(as_text=True))
    learner.post(action, data={"choice": choices[0]})
    assert learner.get("/me/data.json").get_json()["answers"][0]["choices"] == [choices[0]]
    learner.post("/me/delete")
    assert learner.get("/me/data.json").get_json()["answers"] == []
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Learner)) == 0


def test_health_says_whether_code_can_run(learner: FlaskClient) -> None:
    assert learner.get("/healthz").get_json()["ok"] is True


def test_health_names_a_runtime_that_is_off(app: Flask, learner: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    host = app.extensions["duplex"].learning.sandboxes._hosts["gevent", "core"]
    assert learner.get("/healthz").get_json()["runtimes_off"] == {}
    monkeypatch.setattr(host, "unavailable", "It can't be confined.")
    assert learner.get("/healthz").get_json()["runtimes_off"] == {"gevent": "It can't be confined."}


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "br"), ("gzip", "gzip"), ("", None), ("br;q=0", None)])
def test_built_files_travel_compressed_and_are_kept(
    app: Flask, learner: FlaskClient, accepted: str, encoding: str | None
) -> None:
    address = re.search(r'href="(/static/dist/app[^"]+\.css)"', learner.get("/").get_data(as_text=True))
    assert address
    sent = learner.get(address.group(1), headers={"Accept-Encoding": accepted})
    sent.close()
    assert sent.status_code == 200 and sent.mimetype == "text/css"
    assert sent.headers.get("Content-Encoding") == encoding
    assert "immutable" in sent.headers["Cache-Control"] and sent.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("name", ["..%2f..%2fapp.py", "%2e%2e/app.py", "nothing.js"])
def test_nothing_else_is_sent_as_a_built_file(learner: FlaskClient, name: str) -> None:
    assert learner.get(f"/static/dist/{name}").status_code == 404
