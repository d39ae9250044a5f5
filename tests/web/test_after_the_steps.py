"""Pages after the steps are served like lessons, with a workspace, questions and progress; so is whatever a text shows."""

from __future__ import annotations

import json
from pathlib import Path

import flask_migrate
import pytest
from flask.testing import FlaskClient

from course.config import read_settings
from course.extensions import db
from course.factory import create_app
from tests.content.lesson.test_exhibits import KEPT, SCRIPT
from tests.content.test_frame import UNDER, with_pages
from tests.stage.courses import BUNDLE, LESSON, change, whole_course

PAGE = "/lessons/under-the-hood/"


@pytest.fixture
def learner(tmp_path: Path) -> FlaskClient:
    root = with_pages(whole_course(tmp_path / "lessons"))
    change(root, UNDER, "A page has", "![One line](images/line.svg)\n\nA page has")
    (root / "pages/under-the-hood/images").mkdir()
    (root / "pages/under-the-hood/images/line.svg").write_text("<svg/>")
    (root / BUNDLE / "recordings").mkdir()
    (root / BUNDLE / "recordings/one_worker.py").write_text(SCRIPT)
    (root / BUNDLE / "recordings/one_worker.json").write_text(json.dumps({**KEPT, "rows": [[10, "<3 ms>"]]}))
    shown = "::: recording one_worker\nSlow.\n:::\n::: exhibit race echo\nGo.\n:::\n\n## Show it"
    change(root, LESSON, "## Show it", shown)
    app = create_app(read_settings({"INSTANCE_DIR": str(tmp_path / "instance"), "COURSE_DIR": str(root)}))
    with app.app_context():
        flask_migrate.upgrade()
        db.session.remove()
        db.engine.dispose()
    assert PAGE.rstrip("/") in app.extensions["socketio"].server.namespace_handlers
    return app.test_client()


def test_a_page_has_no_number_and_offers_the_exercise_of_a_lesson(learner: FlaskClient) -> None:
    page = learner.get(PAGE)
    assert page.status_code == 200
    assert "Step" not in page.text.partition("<h1")[0].rpartition("eyebrow")[2]
    assert "None" not in page.text
    assert 'href="/lessons/speaking-up/echo-louder/"' in page.text
    with learner.get(f"{PAGE}images/line.svg") as image:
        assert image.status_code == 200


def test_its_questions_are_answered_and_counted(learner: FlaskClient) -> None:
    answer = learner.post(f"{PAGE}questions/how-many", data={"text": "1"}, follow_redirects=True)
    assert answer.status_code == 200
    assert "Right." in answer.text
    assert ">1/1</span>" in learner.get(PAGE).text


def test_the_way_leads_from_the_last_step_to_the_pages_and_back(learner: FlaskClient) -> None:
    def way(address: str) -> str:
        return learner.get(address).text.rpartition('<nav class="way"')[2]

    assert f'href="{PAGE}"' in way("/lessons/speaking-up/")
    assert 'href="/lessons/speaking-up/"' in way(PAGE)
    assert learner.get("/lessons/opening/", follow_redirects=True).request.path == "/"


def test_a_recording_is_a_table_with_a_caption_and_an_exhibit_is_drawn(learner: FlaskClient) -> None:
    page = learner.get("/lessons/speaking-up/").text
    assert "<caption>One worker</caption>" in page
    assert "<td>&lt;3 ms&gt;</td>" in page
    assert '<exhibit-race data-example="echo"' in page
