"""How `flask course check` writes problems: for people, for programs, and beside the lines of a pull request."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from course.content.problems import Problem

Write = Callable[[Sequence[Problem], Path], str]


def as_text(problems: Sequence[Problem], root: Path) -> str:
    """Return two lines a problem, and a last line with the count."""
    lines = []
    for problem in problems:
        lines.append(f"{_place(problem, root)}:{problem.line}: {problem.message} [{problem.rule}]")
        lines.append(f"    {problem.fix}")
    count = len(problems)
    lines.append("No problems." if not count else "1 problem." if count == 1 else f"{count} problems.")
    return "\n".join(lines)


def as_json(problems: Sequence[Problem], root: Path) -> str:
    """Return a JSON list of objects with the keys of `Problem`; ``file`` is relative to the working directory."""
    return json.dumps([{**asdict(problem), "file": _place(problem, root)} for problem in problems], indent=2)


def as_github(problems: Sequence[Problem], root: Path) -> str:
    """Return workflow commands, which GitHub shows beside the lines of a pull request."""
    return "\n".join(
        f"::{problem.severity} file={_property(_place(problem, root))},line={problem.line},"
        f"title={_property(problem.rule)}::{_data(f'{problem.message} {problem.fix}')}"
        for problem in problems
    )


FORMATS: dict[str, Write] = {"text": as_text, "json": as_json, "github": as_github}


def _place(problem: Problem, root: Path) -> str:
    path = (root / problem.file).resolve()
    working = Path.cwd()
    return path.relative_to(working).as_posix() if path.is_relative_to(working) else str(path)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
