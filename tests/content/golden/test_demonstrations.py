"""Runs to be watched as they are written: the lines, their mistakes, and what comes of a recording."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from course.content.golden.demonstrations import golden_file, golden_text
from course.content.loader import load_course
from course.content.pieces import Demonstration, WatchStep
from tests.stage.courses import BUNDLE, LESSON, change, problems, whole_course

BLOCK = """\
::: watch echo
A word comes back

> One client is connected.
connect A
connect B in /chat over polling with {"token": "x"}
> It emits `echo`.
A asks echo "hello", 2
wait 1.5
A vanishes
connect A
A emits echo
B leaves
:::
"""
TRACE = {
    "rows": [{"time": 0.1, "client": "A", "direction": "sent", "frame": "40", "transport": "websocket", "size": 2}],
    "marks": [],
    "captions": [{"time": 0.0, "text": "One “client” is connected."}],
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return whole_course(tmp_path / "lessons")


def with_watch(root: Path, block: str = BLOCK) -> int:
    """Put the demonstration into a whole course; return its line."""
    return change(root, LESSON, "## Try it", f"{block}\n## Try it")


def the_demonstration(root: Path) -> Demonstration:
    (lesson,) = load_course(root).lessons
    (demonstration,) = lesson.demonstrations
    return demonstration


def record(root: Path) -> Path:
    path = root / BUNDLE / golden_file("echo")
    path.parent.mkdir(exist_ok=True)
    path.write_text(golden_text(the_demonstration(root), TRACE))
    return path


def test_its_lines_become_steps(root: Path) -> None:
    with_watch(root)
    demonstration = the_demonstration(root)
    assert (demonstration.title, demonstration.program.id) == ("A word comes back", "echo")
    assert demonstration.steps == (
        WatchStep("say", text="One client is connected."),
        WatchStep("connect", ("A",)),
        WatchStep("connect", ("B",), namespace="/chat", transport="polling", auth={"token": "x"}),
        WatchStep("say", text="It emits `echo`."),
        WatchStep("asks", ("A",), event="echo", args=("hello", 2)),
        WatchStep("wait", seconds=1.5),
        WatchStep("vanishes", ("A",)),
        WatchStep("connect", ("A",)),
        WatchStep("emits", ("A",), event="echo"),
        WatchStep("leaves", ("B",)),
    )


def test_it_is_shown_once_it_is_recorded(root: Path) -> None:
    line = with_watch(root)
    assert [(each.rule, each.file, each.line) for each in problems(root)] == [("golden-stale", LESSON, line)]
    (lesson,) = load_course(root).lessons
    assert not any(isinstance(block, Demonstration) for block in lesson.blocks)
    kept = json.loads(record(root).read_text())
    assert kept["title"] == "A word comes back"
    assert problems(root) == ()
    (lesson,) = load_course(root).lessons
    (shown,) = [block for block in lesson.blocks if isinstance(block, Demonstration)]
    assert shown.trace == TRACE


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (LESSON, "A word comes back", "A word returns"),
        (LESSON, "> It emits `echo`.", "> Now."),
        (LESSON, 'echo "hello", 2', 'echo "hello", 3'),
        (f"{BUNDLE}/examples/echo.py", "return text", "return  text"),
    ],
)
def test_a_change_makes_the_recording_stale(root: Path, file: str, old: str, new: str) -> None:
    with_watch(root)
    record(root)
    change(root, file, old, new)
    assert [problem.rule for problem in problems(root)] == ["golden-stale"]


def test_a_recording_that_cannot_be_read_or_is_left_over_is_reported(root: Path) -> None:
    with_watch(root)
    path = record(root)
    path.write_text('{"rows": 3}')
    assert [(each.rule, each.file) for each in problems(root)] == [("golden-stale", LESSON)]
    change(root, LESSON, BLOCK, "")
    assert [(each.rule, each.file) for each in problems(root)] == [("golden-stale", f"{BUNDLE}/{golden_file('echo')}")]


WATCH_PLANTS = [
    ("watch-line", 0, "A word comes back\n", ""),
    ("watch-line", 7, "A asks", "A says"),
    ("watch-line", 8, "wait 1.5", "wait 100"),
    ("watch-line", 4, "connect A\nconnect B", "connect A, B\nconnect B"),
    ("watch-line", 0, "> One client is connected.\n", ""),
    ("watch-client", 7, "A asks", "C asks"),
    ("watch-client", 5, "connect B in", "connect A in"),
    ("watch-client", 11, "A emits echo\n", "A leaves\nA emits echo\n"),
    ("watch-payload", 7, '"hello", 2', "hello"),
    ("watch-payload", 5, '{"token": "x"}', "{token}"),
    ("example-missing", 0, "::: watch echo", "::: watch ecco"),
    ("block-words", 0, "::: watch echo", "::: watch"),
]


@pytest.mark.parametrize(("rule", "below", "old", "new"), WATCH_PLANTS)
def test_a_mistake_is_found_on_its_line(root: Path, rule: str, below: int, old: str, new: str) -> None:
    assert old in BLOCK
    block = BLOCK.replace(old, new, 1)
    if old.startswith("> One"):
        block = block.replace("> It emits `echo`.\n", "")
    line = with_watch(root, block)
    found = [(each.rule, each.file, each.line) for each in problems(root)]
    assert rule in [each for each, _, _ in found], found
    if (rule, below) != ("watch-client", 11):
        assert (rule, LESSON, line + below) in found, found
    assert load_course(root).lessons == ()


def test_what_is_written_twice_is_refused(root: Path) -> None:
    with_watch(root, BLOCK + "\n" + BLOCK)
    assert "duplicate-id" in [problem.rule for problem in problems(root)]
