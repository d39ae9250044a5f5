"""What a child may say: a closed list, each field of one type and bounded, and a flood that costs next to nothing."""

import ast
import json
import math
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.sandbox.host import control_messages
from course.sandbox.host.control_messages import (
    END_CODES,
    LINE_BYTES,
    MESSAGES_PER_SECOND,
    ControlReader,
    EndDescribed,
    InsideMessage,
    Message,
    Ready,
)
from course.sandbox.host.inside_reports import Inside
from course.sandbox.learner import explanations
from course.sandbox.model import KILLED, NOT_THE_PROGRAMS, RESTARTING, LearnerException

RAISED = {"type": "ValueError", "message": "no", "line": 3}
MESSAGES: dict[str, dict[str, Any]] = {
    "ready": {"host": "127.0.0.1", "port": 5000},
    "exception": {**RAISED, "handler": "chat"},
    "inside": {"reports": [], "dropped": 0},
    "ended": {
        "code": "exception",
        "reason": "It raised.",
        "error": {**RAISED, "file": "chat/rooms.py", "text": "ValueError: no"},
    },
}
FIELDS = [(kind, field) for kind, fields in MESSAGES.items() for field in fields]
FIELDS += [("ended error", field) for field in MESSAGES["ended"]["error"]]

HOSTILE: dict[str, Any] = {
    "null": None,
    "true": True,
    "negative": -1,
    "huge number": 10**300,
    "fraction": 1.5,
    "infinite": math.inf,
    "not a number": math.nan,
    "empty text": "",
    "huge text": "x" * 15_000,
    "zeros": "a\0b",
    "half a pair": "\ud83d",
    "markup": "<script>alert(1)</script>",
    "list": [1, 2],
    "object": {"a": 1},
    "deep": json.loads("[" * 500 + "]" * 500),
    "host's own code": "sandbox_host_died",
}


def read(said: Any) -> list[Message]:
    return list(ControlReader().feed(json.dumps(said).encode() + b"\n"))


def with_field(kind: str, field: str, value: Any) -> dict[str, Any]:
    outer, _, inner = kind.partition(" ")
    said = json.loads(json.dumps(MESSAGES[outer]))
    (said[inner] if inner else said)[field] = value
    return {outer: said}


def assert_harmless(message: Message) -> None:
    """Whatever was said: what is passed on is of its type, and small."""
    match message:
        case EndDescribed():
            assert message.code in END_CODES
            texts, lines = [message.reason], [None]
            if message.error is not None:
                assert set(message.error) == {"type", "message", "line", "file", "text"}
                texts += [message.error[name] for name in ("type", "message", "text")]
                texts += [message.error["file"] or ""]
                lines.append(message.error["line"])
        case LearnerException():
            texts, lines = [message.type, message.message, message.handler], [message.line]
        case InsideMessage():
            assert isinstance(message.reports, list) and message.size <= LINE_BYTES
            told: list[tuple[Any, int]] = []
            Inside(lambda reports, dropped: told.append((reports, dropped))).hear(message)
            assert all(reports == [] and isinstance(dropped, int) and dropped >= 0 for reports, dropped in told)
            return
        case _:
            assert message == Ready()
            return
    for text in texts:
        assert isinstance(text, str) and len(text) <= 600 and "\0" not in text
        text.encode()
    assert all(line is None or (type(line) is int and 0 < line <= 100_000) for line in lines)


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_a_hostile_value_in_any_field_is_bounded_or_the_message_is_dropped(kind: str, field: str, value: Any) -> None:
    for message in read(with_field(kind, field, value)):
        assert_harmless(message)


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_a_field_that_is_left_out_breaks_nothing(kind: str, field: str) -> None:
    outer, _, inner = kind.partition(" ")
    said = json.loads(json.dumps(MESSAGES[outer]))
    del (said[inner] if inner else said)[field]
    for message in read({outer: said}):
        assert_harmless(message)


@pytest.mark.parametrize("kind", MESSAGES)
def test_what_a_child_of_ours_says_is_understood(kind: str) -> None:
    (message,) = read({kind: MESSAGES[kind]})
    assert_harmless(message)
    if isinstance(message, EndDescribed):
        assert asdict(message) == MESSAGES["ended"]
    elif isinstance(message, LearnerException):
        assert asdict(message) == MESSAGES["exception"]


def test_every_reason_that_the_child_can_give_is_on_the_list_and_nothing_else() -> None:
    tree = ast.parse(Path(explanations.__file__).read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Explanation"]
    assert {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)} == END_CODES


@pytest.mark.parametrize(
    "code",
    [
        *(KILLED, RESTARTING, *sorted(NOT_THE_PROGRAMS)),
        *"lockdown replaced stopped cpu wall idle idle_warning start killed forbidden full".split(),
    ],
)
def test_no_end_that_only_the_site_decides_on_can_be_said(code: str) -> None:
    assert read({"ended": {**MESSAGES["ended"], "code": code}}) == []


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"5",
        b"null",
        b"[]",
        b"{}",
        b'"ready"',
        b"\xff\xfe\x00",
        b"9" * 9000,
        b"[" * 9000,
        b'{"a":' * 3000,
        b'{"ready": NaN}',
        b'{"ready": {}, "ended": {"code": "exited", "reason": ""}}',
        b'{"unknown": {}}',
        b'{"ended": {"code": ["exited"], "reason": ""}}',
        b'{"ended": {"code": {"exited": 1}, "reason": ""}}',
        b'{"ready": {}' + b" " * LINE_BYTES + b"}",
    ],
)
def test_what_is_no_message_is_dropped_and_counted(line: bytes) -> None:
    reader = ControlReader()
    assert list(reader.feed(line + b"\n")) == []
    assert reader.dropped == 1
    assert list(reader.feed(b'{"ready": {}}\n')) == [Ready()], "the next one is read"


def test_of_a_key_that_comes_twice_the_last_counts_and_is_checked_like_any() -> None:
    line = b'{"ended": {"code": "exited", "reason": "a", "code": "lockdown"}}\n'
    assert list(ControlReader().feed(line)) == []


@given(
    st.binary(max_size=400) | st.lists(st.sampled_from([b"\n", b"{", b'"ready"', b": {}", b"}", b"["])).map(b"".join)
)
def test_any_bytes_in_any_pieces_are_read_the_same(data: bytes) -> None:
    whole, pieces = ControlReader(lambda: 0.0), ControlReader(lambda: 0.0)
    together = list(whole.feed(data))
    assert [message for at in range(len(data)) for message in pieces.feed(data[at : at + 1])] == together
    assert pieces.dropped == whole.dropped
    for message in together:
        assert_harmless(message)


def test_a_flood_is_counted_and_the_next_second_is_heard() -> None:
    now = 0.0
    reader = ControlReader(lambda: now)
    ready = b'{"ready": {}}\n'
    assert len(list(reader.feed(ready * 1000))) == MESSAGES_PER_SECOND
    assert reader.dropped == 1000 - MESSAGES_PER_SECOND
    now = 1.0
    assert len(list(reader.feed(ready))) == 1


def test_a_line_without_an_end_keeps_nothing() -> None:
    reader = ControlReader()
    for _ in range(100):
        assert list(reader.feed(b'{"ready": {}' + b"x" * LINE_BYTES)) == []
        assert len(reader._pending) <= LINE_BYTES
    assert list(reader.feed(b'}\n{"ready": {}}\n')) == [Ready()]


@pytest.mark.timed
def test_empty_lines_cost_no_more_than_their_bytes() -> None:
    """Each line of a flood used to be looked at: a quarter of a core for one program's newlines."""

    def seconds(data: bytes) -> float:
        reader = ControlReader(lambda: 0.0)
        before = time.process_time()
        for _ in range(40):
            for _ in reader.feed(data):
                pass
        return time.process_time() - before

    assert seconds(b"\n" * 4096) < 20 * max(seconds(b"x" * 4096), 0.002)


def test_the_list_in_the_words_of_its_module_is_complete() -> None:
    assert all(f"`{kind}`" in (control_messages.__doc__ or "") for kind in MESSAGES)
