"""What a check sees of the learner's routes, and of the handshake."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.grading.author import AuthorError, CheckFailed, Server, random_word
from course.grading.reports import Reports
from tests.grading.talkative import SOURCE

pytestmark = pytest.mark.programs

OWN = "http://sandbox"
FOREIGN = "http://elsewhere.example"


def test_a_route_answers_and_its_event_arrives(server: Server) -> None:
    listener, word = server.client("listener"), random_word()
    answer = server.http("POST", "/tell", json={"word": word}, headers={"X-Requested-With": word})
    answer.expect_status(200)
    assert answer.json() == {"told": True, "accept": word}
    listener.expect_event("told", word)


def test_a_routes_answer_is_evidence_that_it_has_emitted(server: Server) -> None:
    outsider = server.client("outsider")
    for _ in range(100):
        answer = server.http("POST", "/tell", json={"word": random_word()})
        with pytest.raises(CheckFailed, match="not meant for it"):
            outsider.expect_nothing(after=answer)
        outsider.forget()
    outsider.expect_nothing(after=server.http("GET", "/away"))


def test_a_route_that_raised_is_named_with_its_line(server: Server) -> None:
    answer = server.http("POST", "/break")
    assert (answer.status, answer.ok) == (500, False)
    with pytest.raises(CheckFailed, match="Your route POST /break raised AttributeError on line") as failure:
        answer.expect_status(200, mistake="emit-in-a-route")
    assert failure.value.line == SOURCE.splitlines().index('    emit("told", "never")') + 1
    assert failure.value.mistake == "emit-in-a-route"
    assert failure.value.actual.startswith("status 500, because of AttributeError")


def test_a_route_that_failed_is_no_evidence(server: Server) -> None:
    outsider = server.client("outsider")
    with pytest.raises(CheckFailed, match="AttributeError"):
        outsider.expect_nothing(after=server.http("POST", "/break"))


def test_a_wrong_status_is_told_without_an_exception(server: Server) -> None:
    answer = server.http("GET", "/nowhere")
    with pytest.raises(CheckFailed, match="GET /nowhere was answered with status 404") as failure:
        answer.expect_ok()
    assert "Is there a route" in failure.value.hint
    server.http("GET", "/nowhere").expect_status(404)


def test_a_body_that_is_no_json_is_the_learners_failure(server: Server) -> None:
    with pytest.raises(CheckFailed, match="is no JSON"):
        server.http("GET", "/nowhere").json()


def test_a_redirect_is_an_answer_and_not_followed(server: Server) -> None:
    answer = server.http("GET", "/away")
    assert (answer.status, answer.headers["location"]) == (302, "http://127.0.0.1:9/")


def test_a_server_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(CheckFailed, match="stopped"):
        Server(tmp_path / "nobody", Reports()).http("GET", "/")


def test_a_path_without_its_slash_is_the_authors_mistake(server: Server) -> None:
    with pytest.raises(AuthorError, match="slash"):
        server.http("GET", "notify")


def test_a_handshake_tells_own_origin_from_a_foreign_one(server: Server) -> None:
    for origin in (None, OWN):
        answer = server.handshake(origin=origin)
        assert answer.status == 200 and answer.text.startswith('0{"sid":')
    answer = server.handshake(origin=FOREIGN)
    assert answer.status == 400 and "Not an accepted origin" in answer.text


def test_a_handshake_leaves_no_session_behind(server: Server) -> None:
    opened = server.handshake()
    sid = opened.text.split('"')[3]
    assert server.http("GET", f"/socket.io/?EIO=4&transport=polling&sid={sid}").status == 400


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_client_of_a_foreign_origin_is_not_let_in(server: Server, transport: str) -> None:
    server.client("own", transports=(transport,), origin=OWN).ask("echo").expect_arrived()  # type: ignore[arg-type]
    with pytest.raises(CheckFailed, match="could not connect"):
        server.client("foreign", transports=(transport,), origin=FOREIGN)  # type: ignore[arg-type]
