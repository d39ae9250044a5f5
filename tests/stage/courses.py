"""Makes courses on disk for tests: a complete one, in which a test then breaks one thing."""

from __future__ import annotations

import functools
import itertools
import shutil
from pathlib import Path

from course.authoring.new_lesson import make_lesson
from course.content.loader import load_course
from course.content.model import Course, Lesson
from course.content.pieces import Question
from course.content.problems import Problem
from course.content.questions.choice import option_id

LESSONS = Path(__file__).parents[2] / "lessons"
SLUG = "speaking-up"
BUNDLE = f"01-{SLUG}"
LESSON = f"{BUNDLE}/lesson.md"
EXERCISE = f"{BUNDLE}/exercises/echo-louder"

COURSE_TOML = """\
title = "A course"
tagline = "To be broken"

[playground]
server = "playground/server.py"
"""


GLOSSARY = """\
## room
also: rooms

A group of clients that one `emit` can reach.

## acknowledgement
also: ack

The answer to one event, sent back **to its sender** alone.
"""

REFERENCE = """\
## Answers

| You write | It means |
|---|---|
| `return text` | the acknowledgement carries `text` |
"""


@functools.cache
def this_course() -> Course:
    """Return the course of this project. It is frozen and takes seconds to read, so all tests share it."""
    return load_course(LESSONS)


def whole_course(root: Path) -> Path:
    """Write a course of one lesson without a problem; return its folder."""
    root.mkdir(exist_ok=True)
    (root / "course.toml").write_text(COURSE_TOML)
    (root / "playground").mkdir()
    make_lesson(root, BUNDLE)
    shutil.copy(root / BUNDLE / "examples/echo.py", root / "playground/server.py")
    return root


def rich_course(root: Path) -> Path:
    """Write a complete course whose lesson has one of everything that a page can show; return its folder."""
    whole_course(root)
    change(root, LESSON, "minutes:", "runtimes: [threading, gevent-patched]\nminutes:")
    change(root, LESSON, "Begin with", "An [[acknowledgement]] comes back. Begin with")
    (root / "glossary.md").write_text(GLOSSARY)
    (root / BUNDLE / "reference.md").write_text(REFERENCE)
    return root


def exhibits_course(root: Path) -> Path:
    """Write a complete course whose lesson shows every exhibit, with the real lessons' programs; return its folder."""
    whole_course(root)
    for program in ("01-websocket-basics/examples/race.py", "07-performance/examples/jobs.py"):
        shutil.copy(LESSONS / program, root / BUNDLE / "examples")
    blocks = "".join(
        f"::: exhibit {words}\nLook.\n:::\n\n" for words in ("race race", "latency jobs sleep cpu", "handshake")
    )
    change(root, LESSON, "## ", blocks + "## ")
    change(root, LESSON, "minutes:", "runtimes: [threading, gevent-patched]\nminutes:")
    return root


def change(root: Path, file: str, old: str, new: str) -> int:
    """Replace `old`, which must be there, by `new`; return the line on which `old` began."""
    path = root / file
    text = path.read_text()
    assert old in text, f"{file} holds no {old!r}"
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def problems(root: Path) -> tuple[Problem, ...]:
    return load_course(root).problems


def quiz_of(lesson: Lesson) -> tuple[Question, ...]:
    """Return the questions of a lesson that are not predictions."""
    return tuple(question for question in lesson.questions if question.role == "question")


def namesakes(question: str) -> tuple[str, str]:
    """Return two texts that get the same id as options of that question."""
    owners: dict[str, str] = {}
    for number in itertools.count():
        text = f"Client {number}"
        other = owners.setdefault(option_id(question, text), text)
        if other != text:
            return other, text
    raise AssertionError
