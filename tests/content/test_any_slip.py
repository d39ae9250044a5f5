"""Whatever is done to a lesson's files, a course comes out, and the other lessons are as they were."""

from __future__ import annotations

import dataclasses
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from course.content import loader
from course.content.lesson import bundle
from course.content.loader import load_course
from course.content.model import Lesson
from tests.stage.cases import cases
from tests.stage.courses import BUNDLE, LESSONS, whole_course

TEXTS = (".md", ".py", ".json", ".js", ".toml")
SMALL = ("02-setting-up-flask-socketio", "03-listening-to-events", "07-performance")
NASTY = (
    "2026-02-30",
    "!!int ten",
    "!!python/object:os.system x",
    "&a [*a]",
    "<<: *b",
    "? [a, b]",
    "- [x] yes",
    "= 1,000",
    "::: question",
    ":::",
    "```",
    "%%",
    "---",
    "[[",
    "![](images/)",
    "> " * 400,
    "[" * 3000,
    "(" * 3000,
    "{" * 3000,
    "- " * 400,
    "*" * 3000,
    "| a | b |\n|---|",
    "\ufeff",
    "\u2028",
    "\U0001f600",
    "&#x110000;",
    "<!-- TODO -->",
    "def f(:",
    "\x00",
    "\x85",
)


def _lines(data: bytes, draw: random.Random) -> bytes:
    lines = data.split(b"\n")
    here = draw.randrange(len(lines))
    match draw.randrange(5):
        case 0:
            del lines[here]
        case 1:
            lines.insert(here, lines[draw.randrange(len(lines))])
        case 2:
            lines[here : here + 1] = [lines[here][: draw.randrange(len(lines[here]) + 1)]]
        case 3:
            del lines[here : here + draw.randrange(40)]
        case _:
            lines[here:here] = draw.sample(lines, min(len(lines), draw.randrange(30)))
    return b"\n".join(lines)


def _bytes(data: bytes, draw: random.Random) -> bytes:
    here = draw.randrange(len(data) + 1)
    return data[:here] + draw.randbytes(draw.randrange(1, 5)) + data[here + draw.randrange(4) :]


def _nasty(data: bytes, draw: random.Random) -> bytes:
    lines = data.split(b"\n")
    here = draw.randrange(len(lines)) if draw.random() < 0.6 else draw.randrange(min(len(lines), 14))
    word = draw.choice(NASTY).encode()
    key, colon, _ = lines[here].partition(b":")
    lines[here] = key + colon + b" " + word if colon and draw.random() < 0.7 else word
    return b"\n".join(lines)


def _whole(data: bytes, draw: random.Random) -> bytes:
    return draw.choice((b"", b"\n" * 50, b"\xff\xfe" + data, b"\xef\xbb\xbf" + data, data * 3, data[: len(data) // 2]))


def _other_file(path: Path, draw: random.Random) -> None:
    """Put something else in the place of a file, or of its name."""
    name = draw.choice((b"caf\xe9", b"~", b"-", b".x", b"a" * 200, b"\xf0\x9f\x98\x80", b"CON", b"a b", b"x.py"))
    match draw.randrange(6):
        case 0:
            path.unlink()
        case 1:
            path.unlink()
            path.mkdir()
        case 2:
            path.unlink()
            path.symlink_to(path.parent)
        case 3:
            path.unlink()
            os.mkfifo(path)
        case 4:
            os.rename(path, os.path.join(os.fsencode(path.parent), name))
        case _:
            shutil.copytree(path.parent, path.parent / "again", symlinks=True)


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (_lines, _bytes, _nasty, _nasty, _whole)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a course of one lesson that is never touched."""
    return whole_course(tmp_path_factory.mktemp("any-slip") / "lessons")


@pytest.fixture(scope="module")
def untouched(course: Path) -> dict[str, object]:
    (lesson,) = load_course(course).lessons
    return _face(lesson)


@pytest.mark.parametrize("first", range(0, cases(300), 25))
def test_a_course_comes_out_and_the_other_lessons_are_untouched(
    course: Path, untouched: dict[str, object], first: int
) -> None:
    target = course / "02-mutated"
    whole = LESSONS / SMALL[first // 25 % len(SMALL)]
    for seed in range(first, first + 25):
        draw = random.Random(seed)
        if not target.exists():
            shutil.copytree(whole, target, ignore=shutil.ignore_patterns("claims", "recordings"))
        files = sorted(path for path in target.rglob("*") if path.suffix in TEXTS)
        path = target / "lesson.md" if draw.random() < 0.5 else draw.choice(files)
        kept = path.read_bytes()
        if disordered := draw.random() < 0.2:
            _other_file(path, draw)
        else:
            path.write_bytes(draw.choice(MUTATIONS)(kept, draw))
        try:
            found = load_course(course)
        finally:
            shutil.rmtree(target) if disordered or seed == first + 24 else path.write_bytes(kept)
        lesson = next(lesson for lesson in found.lessons if lesson.folder == BUNDLE)
        assert _face(lesson) == untouched, seed
        for problem in found.problems:
            assert problem.line >= 1, seed
            assert f"{problem.file}{problem.message}{problem.fix}".encode(), seed
            assert problem.rule != "not-understood", (seed, problem)


def _face(lesson: Lesson) -> dict[str, object]:
    return {field.name: getattr(lesson, field.name) for field in dataclasses.fields(lesson)}


def test_what_no_rule_foresees_costs_one_lesson_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    root = whole_course(tmp_path / "lessons")
    shutil.copytree(root / BUNDLE, root / "02-other")

    def breaks(folder: Path, *rest: object) -> bundle.Bundle:
        if folder.name == "02-other":
            raise ZeroDivisionError("a fault of ours")
        return bundle.read_bundle(folder, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(loader, "read_bundle", breaks)
    course = load_course(root)
    assert [lesson.folder for lesson in course.lessons] == [BUNDLE]
    (problem,) = [each for each in course.problems if each.rule == "not-understood"]
    assert (problem.file, problem.line) == ("02-other/lesson.md", 1)
    assert "ZeroDivisionError: a fault of ours" in problem.message
    assert "ZeroDivisionError" in caplog.text
