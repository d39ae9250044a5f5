"""What a check sees of a server that lets some clients in and others not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from course.grading.author import AuthorError, CheckFailed, Client, Refusal, Server
from course.grading.clients.server import CONNECT_SECONDS
from course.grading.failures import Pointer
from course.grading.reports import Reports
from tests.grading.talkative import SOURCE
from tests.stage.unconfined import served

pytestmark = pytest.mark.programs


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_refusal_carries_what_the_client_reads(server: Server, transport: str) -> None:
    refusal = server.refused("stranger", auth={"token": "old"}, transports=(transport,))  # type: ignore[arg-type]
    assert (refusal.message, refusal.data) == ("come again", {"code": 7})
    assert (refusal.answered, refusal.status, refusal.heard) == (True, None, [])
    refusal = server.refused("stranger", auth={"token": "wrong"}, transports=(transport,))  # type: ignore[arg-type]
    assert (refusal.message, refusal.data) == ("Connection rejected by server", None)


def test_an_unknown_namespace_refuses(server: Server) -> None:
    assert server.refused("stranger", namespace="/nowhere").message == "Unable to connect"


def test_a_slow_refusal_is_a_refusal(server: Server) -> None:
    assert server.refused("stranger", auth={"token": "late"}).answered


def test_who_is_let_in_is_told(server: Server) -> None:
    with pytest.raises(CheckFailed, match="Your server let stranger in") as failure:
        server.refused("stranger", auth={"token": "right"}, hint="Look at the token.", mistake="lets-all-in")
    assert (failure.value.hint, failure.value.mistake) == ("Look at the token.", "lets-all-in")
    assert failure.value.points == Pointer("extra", "stranger", what="connection")


def test_what_leaked_before_the_refusal_is_kept(server: Server) -> None:
    for _ in range(50):
        heard = server.refused("stranger", auth={"token": "leak"}).heard
        assert [(event.event, event.value) for event in heard] == [("secret", "for members")]


def test_a_connect_handler_that_raised_refuses_nobody(server: Server) -> None:
    begun = time.monotonic()
    with pytest.raises(CheckFailed, match="raised LookupError on line") as failure:
        server.refused("stranger", auth={"token": "broken"}, mistake="lets-all-in")
    assert time.monotonic() - begun < CONNECT_SECONDS
    assert failure.value.line == SOURCE.splitlines().index('        raise LookupError("no such token")') + 1
    assert "neither yes nor no" in failure.value.actual
    assert failure.value.mistake is None


def test_a_connect_handler_that_raised_lets_nobody_in(server: Server) -> None:
    with pytest.raises(CheckFailed, match="raised LookupError on line") as failure:
        server.client("stranger", auth={"token": "broken"})
    assert failure.value.expected == "stranger can connect"
    assert failure.value.points == Pointer("missing", "stranger", what="connection")


def test_a_client_that_is_turned_away_by_mistake_points_at_the_answer(server: Server) -> None:
    with pytest.raises(CheckFailed, match="could not connect") as failure:
        server.client("stranger", auth={"token": "old"})
    assert failure.value.points == Pointer("wrong", "stranger", what="connection")


def test_a_connect_handler_that_hangs_is_told(server: Server) -> None:
    with pytest.raises(CheckFailed, match="neither let stranger in nor refused it"):
        server.refused("stranger", auth={"token": "stuck"})


def test_a_handshake_that_is_refused_says_its_status(server: Server) -> None:
    for transport in ("websocket", "polling"):
        refusal = server.refused("foreign", origin="http://elsewhere.example", transports=(transport,))  # type: ignore[arg-type]
        assert refusal.status == 400
    assert refusal.message == "Not an accepted origin."


def test_trying_judges_nothing(server: Server) -> None:
    let_in = server.tries("member", auth={"token": "right"})
    assert isinstance(let_in, Client)
    let_in.ask("echo", 1).expect(1)
    refused = server.tries("stranger", auth={"token": "wrong"})
    assert isinstance(refused, Refusal) and refused.answered
    crashed = server.tries("stranger", auth={"token": "broken"})
    assert isinstance(crashed, Refusal) and not crashed.answered
    with pytest.raises(AuthorError):
        server.tries("member")


def test_a_server_that_is_gone_refuses_nobody(tmp_path: Path) -> None:
    with pytest.raises(CheckFailed, match="stopped"):
        Server(tmp_path / "nobody", Reports()).refused("stranger")
    with pytest.raises(CheckFailed, match="stopped"):
        Server(tmp_path / "nobody", Reports()).tries("stranger")


def test_a_server_that_ends_in_connect_is_told() -> None:
    source = SOURCE.replace('raise LookupError("no such token")', "import os; os._exit(3)")
    with served(source) as path:
        server = Server(path, Reports())
        with pytest.raises(CheckFailed, match="stopped while it was being checked"):
            server.refused("stranger", auth={"token": "broken"})
        server.close()
