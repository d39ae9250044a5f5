"""What can't be kept is told in a whole sentence, on every way in, and costs one line of the log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from course.progress import own_data, work, writing
from course.progress.not_kept import Busy

LESSON = "/lessons/listening-to-events/"
WORDS = str(Busy())


@pytest.fixture
def held(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody else is writing, and does not come to an end."""
    monkeypatch.setattr(writing, "WRITE_SECONDS", 0.05)
    lock = app.extensions["sqlalchemy_writer"]
    with lock:
        yield


def first_question(learner: FlaskClient) -> tuple[str, str]:
    """Return the address of a question's form and a choice in it."""
    form = learner.get(LESSON).text.partition('action="/lessons/listening-to-events/questions/')[2]
    return f"{LESSON}questions/{form.partition('?')[0].partition(chr(34))[0]}", form.partition('value="')[2].split('"')[
        0
    ]


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname != "DEBUG"]


def test_an_answer(learner: FlaskClient, held: None, caplog: pytest.LogCaptureFixture) -> None:
    address, choice = first_question(learner)
    answered = learner.post(address, data={"choice": choice}, follow_redirects=True)
    assert answered.status_code == 200 and WORDS in answered.text
    assert len(lines(caplog)) == 1


@pytest.mark.parametrize("by_script", [True, False])
def test_a_note(learner: FlaskClient, held: None, by_script: bool, caplog: pytest.LogCaptureFixture) -> None:
    accept: dict[str, Any] = {"Accept": "application/json"} if by_script else {}
    left = learner.post(f"{LESSON}notes", data={"text": "a note"}, headers=accept, follow_redirects=True)
    assert WORDS in left.text and left.status_code == (503 if by_script else 200)
    assert len(lines(caplog)) == 1


@pytest.mark.parametrize("address", ["/me/delete", "/me/versions/delete"])
def test_a_deletion(learner: FlaskClient, held: None, address: str, caplog: pytest.LogCaptureFixture) -> None:
    learner.get("/")
    answer = learner.post(address)
    assert answer.status_code == 503
    assert WORDS in answer.text and "Clear-Site-Data" not in answer.headers
    assert lines(caplog) == ["a write was given up: another write of this process took too long"]


def test_the_download_has_every_version_and_comes_in_pieces(app: Flask, learner: FlaskClient) -> None:
    learner.get("/")
    with learner.session_transaction() as session:
        me = session["learner"]
    with app.app_context():
        for number in range(3 * own_data.VERSIONS_AT_ONCE + 1):
            work.save(me, "connections", "scratch", {"server.py": f"# {number} ü"}, kind="loaded")
        assert max(map(len, own_data.export(me))) < 300, "a version at a time"
    told = learner.get("/me/data.json").get_json()
    versions = told["work"][0]["versions"]
    assert [each["files"]["server.py"] for each in versions] == [f"# {number} ü" for number in reversed(range(61))]
    assert "61" in learner.get("/me/").text
