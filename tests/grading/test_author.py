"""What a check may claim, and how each kind of failure reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import socketio

from course.grading.author import ANY, AuthorError, Check, CheckFailed, Server, check, fail, random_number, random_word
from course.grading.failures import Pointer, Shown
from course.grading.reports import Reports
from tests.grading.talkative import SOURCE
from tests.stage.unconfined import served

pytestmark = pytest.mark.programs


def test_an_answer_carries_what_the_handler_returned(server: Server) -> None:
    asker = server.client("asker")
    answer = asker.ask("echo", 1, "two", {"three": [4]})
    assert answer.values == (1, "two", {"three": [4]})
    answer.expect(1, "two", {"three": [4]})
    answer.expect(1, ANY, ANY)
    assert asker.ask("echo").is_exactly()


def test_a_wrong_answer_says_what_was_expected_and_what_came(server: Server) -> None:
    answer = server.client("asker").ask("echo", 2)
    with pytest.raises(CheckFailed) as failure:
        answer.expect(3, hint="Count again.", mistake="off-by-one")
    assert (failure.value.expected, failure.value.actual) == ("3", "2")
    assert (failure.value.hint, failure.value.mistake) == ("Count again.", "off-by-one")


def test_true_is_not_one(server: Server) -> None:
    answer = server.client("asker").ask("echo", True)
    assert not answer.is_exactly(1)
    assert answer.is_exactly(True)


def test_an_exception_is_named_with_its_line(server: Server) -> None:
    answer = server.client("asker").ask("raise")
    with pytest.raises(CheckFailed, match="raised LookupError on line") as failure:
        answer.expect("anything")
    assert failure.value.line == SOURCE.splitlines().index('    raise LookupError("nothing here")') + 1
    assert failure.value.actual == "LookupError: nothing here"


def test_silence_is_told_from_an_exception(server: Server) -> None:
    answer = server.client("asker").ask("nobody_handles_this")
    assert not answer.arrived
    with pytest.raises(CheckFailed, match="never acknowledged") as failure:
        answer.expect("anything")
    assert failure.value.actual == "nothing came back"
    assert failure.value.line is None


def test_an_event_in_place_of_the_acknowledgement_is_told(server: Server) -> None:
    asker = server.client("asker")
    asker.emit("tell_me", "earlier")
    asker.expect_event("told", "earlier")
    with pytest.raises(CheckFailed) as failure:
        asker.ask("tell_me", "now").expect("now")
    assert failure.value.actual == "an empty acknowledgement"
    assert [event.args for event in asker.heard("told")] == [("earlier",), ("now",)]


def test_too_late_is_told_from_never(server: Server) -> None:
    answer = server.client("asker").ask("late")
    assert not answer.arrived
    with pytest.raises(CheckFailed, match="too late") as failure:
        answer.expect("at last")
    assert re.match(r"it came after \d", failure.value.actual)  # how late depends on the machine, too


def test_what_takes_its_time_is_given_it(server: Server) -> None:
    server.client("asker").ask("late", within=5).expect("at last")


def test_a_disconnected_client_is_told_from_silence(server: Server) -> None:
    asker = server.client("asker")
    answer = asker.ask("leave_me_alone")
    assert not asker.connected
    with pytest.raises(CheckFailed, match="disconnected asker"):
        answer.expect("anything")
    with pytest.raises(CheckFailed, match="disconnected asker"):
        asker.emit("echo")
    with pytest.raises(CheckFailed, match="disconnected asker"):
        asker.expect_connected()


def test_what_comes_behind_a_goodbye_is_not_handed_on(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socketio.Client, "_handle_disconnect", lambda *_: None)  # the library would hang up
    asker = server.client("asker")
    answer = asker.ask_later("leave_me_alone")
    asker.expect_gone()
    assert asker.sio.fence(5)
    assert not answer.arrived


def test_a_connected_client_is_known_to_be_connected(server: Server) -> None:
    server.client("asker").expect_connected()


def test_a_refused_client_is_told(server: Server) -> None:
    with pytest.raises(CheckFailed, match="could not connect") as failure:
        server.client("stranger", auth={"token": "wrong"})
    assert "Connection rejected by server" in failure.value.actual


def test_a_stopped_server_is_told_in_the_sandboxs_words() -> None:
    reports = Reports()
    with served(SOURCE, reports.note) as path:
        server = Server(path, reports)
        asker = server.client("asker")
        reports.note({"ended": "It used more memory than it may."})
        with pytest.raises(CheckFailed, match="stopped while it was being checked") as failure:
            asker.ask("end").expect("anything", hint="Add up.", mistake="adds-nothing")
        server.close()
    assert failure.value.actual == "It used more memory than it may."
    assert failure.value.mistake is None and "server log" in failure.value.hint


def test_a_server_that_never_listens_is_told(tmp_path) -> None:
    server = Server(tmp_path / "nobody", Reports())
    with pytest.raises(CheckFailed, match="stopped"):
        server.client("asker")
    server.close()


def test_an_expected_event_is_found_with_its_payload(server: Server) -> None:
    asker, other = server.clients("asker", "other")
    word = random_word()
    asker.emit("tell_all", word)
    assert other.expect_event("told", word).value == word
    assert asker.expect_event("told", ANY).value == word


def test_a_wrong_payload_is_told_from_a_wrong_recipient(server: Server) -> None:
    asker, other = server.clients("asker", "other")
    asker.ask("tell_others", "hello").expect("done")
    other.expect_event("told", "hello")
    with pytest.raises(CheckFailed, match="not with the expected payload") as payload:
        other.expect_event("told", "goodbye")
    assert payload.value.actual == 'other heard “told” with "hello"'
    with pytest.raises(CheckFailed, match="did not reach asker") as recipient:
        asker.expect_event("told", "hello")
    assert recipient.value.actual == "only other heard it"


def test_silence_counts_after_a_rightful_recipient_was_heard(server: Server) -> None:
    asker, outsider = server.clients("asker", "outsider")
    asker.emit("tell_me", "secret")
    evidence = asker.expect_event("told", "secret")
    outsider.expect_nothing(after=evidence)
    outsider.expect_nothing(after=evidence, event="told")


def test_a_leak_is_never_missed(server: Server) -> None:
    """Without a fence on the listener's own connection, some of three hundred leaks arrive after the judgement."""
    asker, outsider = server.clients("asker", "outsider")
    for number in range(300):
        answer = asker.ask("tell_others", number)
        with pytest.raises(CheckFailed, match="not meant for it"):
            outsider.expect_nothing(after=answer)
        outsider.forget()


def test_a_failure_points_at_the_arrow_it_is_about(server: Server) -> None:
    asker, other = server.clients("asker", "other")
    answer = asker.ask("tell_others", "hello")

    def mark(claim: Callable[[], object]) -> dict[str, Any]:
        with pytest.raises(CheckFailed) as failure:
            claim()
        assert failure.value.points is not None
        return failure.value.points.as_mark(1.5)

    heard = {
        "client": "other",
        "event": "told",
        "args": ["hello"],
        "direction": "received",
        "time": 1.5,
        "what": "message",
    }
    extra = mark(lambda: other.expect_nothing(after=answer))
    assert extra == {**heard, "kind": "extra", "text": 'extra: “told” "hello"'}
    assert mark(lambda: other.expect_event("told", "goodbye"))["kind"] == "wrong"
    missing = mark(lambda: asker.expect_event("told", "hello"))
    assert missing == {**heard, "client": "asker", "kind": "missing", "text": 'missing: “told” "hello"'}
    assert mark(lambda: asker.expect_event("told", ANY))["args"] is None
    assert mark(lambda: answer.expect("other words"))["event"] == ""
    assert mark(lambda: other.expect_exactly("told", times=0, after=answer))["kind"] == "extra"
    end = mark(lambda: other.expect_gone())
    assert (end["kind"], end["what"], end["text"]) == ("missing", "end", "missing: the end of the connection")


def test_an_authors_own_failure_points_at_what_it_is_about(server: Server) -> None:
    asker, other = server.clients("asker", "other")
    answer = asker.ask("tell_others", "hello")
    (heard,) = other.expect_events("told", times=1)

    def pointer(about: Shown) -> Pointer | None:
        with pytest.raises(CheckFailed) as failure:
            fail("No.", about=about)
        return failure.value.points

    assert pointer(heard) == Pointer("wrong", "other", "told", ("hello",))
    assert pointer(answer) == Pointer("wrong", "asker", "", answer.values)
    assert pointer(asker.ask("nobody_handles_this")) == Pointer("missing", "asker")
    assert pointer(asker.missing("told", "hello")) == Pointer("missing", "asker", "told", ("hello",))
    assert pointer(other) == Pointer("wrong", "other", what="newest")


def test_silence_without_evidence_is_the_authors_mistake(server: Server) -> None:
    asker, outsider = server.clients("asker", "outsider")
    with pytest.raises(AuthorError):
        outsider.expect_nothing(after=asker.ask("nobody_handles_this"))


def test_a_client_answers_the_servers_questions(server: Server) -> None:
    asker = server.client("asker")
    asker.answers("question", lambda word: word.upper())
    asker.emit("ask_back", "hello")
    asker.expect_event("their_answer", "HELLO")


def test_several_questions_wait_together(server: Server) -> None:
    first, second = server.client("asker").ask_together(("echo", 1), ("echo", 2, 3))
    assert (first.values, second.values) == ((1,), (2, 3))


def test_two_clients_of_one_name_are_the_authors_mistake(server: Server) -> None:
    server.client("asker")
    with pytest.raises(AuthorError, match="asker"):
        server.client("asker")


def test_a_check_has_a_title_and_its_dependencies() -> None:
    @check
    def first(server: Server) -> None:
        """The first
        thing"""

    @check(after=first)
    def second(server: Server) -> None:
        """The second"""

    assert (first.name, first.title, first.after) == ("first", "The first thing", ())
    assert isinstance(second, Check) and second.after == (first,)


def test_a_check_without_a_title_is_the_authors_mistake() -> None:
    with pytest.raises(AuthorError, match="docstring"):
        check(lambda server: None)


def test_fail_carries_all_it_is_given() -> None:
    with pytest.raises(CheckFailed) as failure:
        fail("No.", expected="yes", actual="no", hint="Try yes.", mistake="said-no", line=3, timing=True)
    assert vars(failure.value) == {
        "message": "No.",
        "expected": "yes",
        "actual": "no",
        "hint": "Try yes.",
        "mistake": "said-no",
        "line": 3,
        "settled": False,
        "points": None,
        "timing": True,
    }


def test_random_payloads_differ() -> None:
    assert len({random_word() for _ in range(50)}) == 50
    assert len({random_number() for _ in range(50)}) > 25
