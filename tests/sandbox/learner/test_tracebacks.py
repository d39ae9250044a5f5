"""Tracebacks as a learner reads them."""

import json
import linecache
import re
from typing import Any

import pytest

from course.sandbox.learner.tracebacks import described, folded, last_own_line

OWN = frozenset({"server.py"})


def raised(source: str) -> BaseException:
    """Run source as the learner's program and return what it raises."""
    linecache.cache["server.py"] = (len(source), None, source.splitlines(keepends=True), "server.py")
    try:
        exec(compile(source, "server.py", "exec"), {"json": json})
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def test_the_learners_lines_are_shown_with_their_text() -> None:
    text = folded(raised("def f():\n    return 1 / 0\nf()\n"), OWN)
    assert '  File "server.py", line 3, in <module>\n    f()\n' in text
    assert '  File "server.py", line 2, in f\n    return 1 / 0\n' in text
    assert text.endswith("ZeroDivisionError: division by zero\n")


def test_library_frames_become_one_line() -> None:
    text = folded(raised("json.loads('{')\n"), OWN)
    assert re.search(r"\n    json\.loads\('\{'\)\n  … \d+ lines inside [^/\n]*decoder\njson\.decoder", text)
    assert "/" not in text


def test_a_syntax_error_shows_its_place() -> None:
    error = raised("def f(:\n    pass\n")
    assert last_own_line(error, OWN) == 1
    text = folded(error, OWN)
    assert 'File "server.py", line 1' in text and "^" in text


def test_a_cause_comes_before_what_it_led_to() -> None:
    text = folded(raised("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('so') from e\n"), OWN)
    assert text.index("ZeroDivisionError") < text.index("led to this one") < text.index("ValueError: so")


def test_a_suppressed_cause_is_left_out() -> None:
    text = folded(raised("try:\n    1 / 0\nexcept ZeroDivisionError:\n    raise ValueError('so') from None\n"), OWN)
    assert "ZeroDivisionError" not in text


def test_an_endless_recursion_is_short() -> None:
    text = folded(raised("def f():\n    f()\nf()\n"), OWN)
    assert text.count("\n") < 60
    assert "RecursionError" in text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1\nint('a')", {"type": "ValueError", "line": 2}),
        ("class Shy(Exception):\n    def __str__(self): return 1 / 0\nraise Shy", {"type": "Shy", "line": 3}),
        ("raise ValueError('x' * 10000)", {"type": "ValueError", "line": 1}),
    ],
)
def test_an_error_is_described_in_one_line(source: str, expected: dict[str, Any]) -> None:
    about = described(raised(source), OWN)
    assert {name: about[name] for name in expected} == expected
    assert len(about["text"]) <= 500 and len(about["message"]) <= 500
    assert "\n" not in about["text"]
