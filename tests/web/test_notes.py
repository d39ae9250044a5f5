"""Notes on paragraphs: kept with the text they were about, capped, taken along and deleted; listed for instructors."""

import re

from flask import Flask
from flask.testing import FlaskClient

from course.config import read_settings
from course.factory import create_app
from course.progress import notes
from tests.stage.courses import quiz_of

SLUG = "listening-to-events"
LESSON = f"/lessons/{SLUG}/"
NOTE = {"text": "Why is   there no error?", "paragraph": "Misspell an event and nothing happens."}


def leave(learner: FlaskClient, **fields: str):
    return learner.post(f"{LESSON}notes", data={**NOTE, **fields}, headers={"Accept": "application/json"})


def test_a_note_is_kept_with_the_text_that_it_is_about(app: Flask, learner: FlaskClient) -> None:
    assert leave(learner).get_json()["ok"] is True
    (kept,) = learner.get("/me/data.json").get_json()["notes"]
    version = app.extensions["duplex"].course.lesson(SLUG).version
    assert (kept["text"], kept["paragraph"]) == ("Why is there no error?", NOTE["paragraph"])
    assert (kept["lesson"], kept["lesson_version"]) == (SLUG, version)
    assert re.search(r"Notes on the text</dt><dd>1<", learner.get("/me/").get_data(as_text=True))
    learner.post("/me/delete")
    with app.app_context():
        assert notes.of_lesson(SLUG) == []


def test_a_plain_form_is_enough(learner: FlaskClient) -> None:
    page = learner.post(f"{LESSON}notes", data={"text": "Too fast."}, follow_redirects=True).get_data(as_text=True)
    assert "Thank you." in page


def test_an_empty_note_a_strangers_form_and_an_unknown_lesson_are_refused(learner: FlaskClient) -> None:
    assert leave(learner, text="  ").status_code == 400
    assert learner.post(f"{LESSON}notes", data=NOTE, headers={"Origin": "https://evil.example"}).status_code == 403
    assert learner.post("/lessons/none/notes", data=NOTE).status_code == 404
    assert learner.get("/me/data.json").get_json()["notes"] == []


def test_one_learner_leaves_only_so_many_an_hour(app: Flask, learner: FlaskClient) -> None:
    for _ in range(notes.NOTES_AN_HOUR):
        assert leave(learner).status_code == 200
    refused = leave(learner)
    assert refused.status_code == 429 and "enough" in refused.get_json()["message"]
    assert leave(app.test_client()).status_code == 200


def test_what_is_too_long_is_cut(learner: FlaskClient) -> None:
    leave(learner, text="x" * 5000, paragraph="y" * 5000)
    (kept,) = learner.get("/me/data.json").get_json()["notes"]
    assert (len(kept["text"]), len(kept["paragraph"])) == (notes.NOTE_CHARACTERS, notes.PARAGRAPH_CHARACTERS)


def test_the_report_lists_answers_attempts_and_notes(app: Flask, learner: FlaskClient) -> None:
    lesson = app.extensions["duplex"].course.lesson(SLUG)
    question = next(each for each in quiz_of(lesson) if each.kind == "single")
    for option in question.options[:2]:
        app.test_client().post(f"{LESSON}questions/{question.id}", data={"choice": option.id})
    right = sum(option.correct for option in question.options[:2])
    leave(learner, text="Why?\x1b[31m")
    told = app.test_cli_runner().invoke(args=["course", "report", SLUG]).output
    assert re.search(rf"question +{question.id} +2 answered +{50 * right} % right", told)
    assert re.search(r"exercise +add-with-ack +0 tried +0 passed, 0 checks", told)
    assert "on “Misspell an event and nothing happens.”" in told and "Why?" in told and "\x1b" not in told
    assert (
        "There is no lesson called “nowhere”"
        in app.test_cli_runner().invoke(args=["course", "report", "nowhere"]).output
    )


def test_pages_link_to_their_files_where_an_address_is_set(tmp_path, learner: FlaskClient) -> None:
    assert "Edit this page" not in learner.get(LESSON).get_data(as_text=True)
    app = create_app(read_settings({"INSTANCE_DIR": str(tmp_path), "EDIT_URL": "https://example.org/edit/lessons/"}))
    visitor = app.test_client()
    address = "https://example.org/edit/lessons/03-listening-to-events/"
    assert f'href="{address}lesson.md"' in visitor.get(LESSON).get_data(as_text=True)
    exercise = visitor.get(f"{LESSON}add-with-ack/").get_data(as_text=True)
    assert f'href="{address}exercises/add-with-ack/task.md"' in exercise
