"""Tests by name, wherever their files are.

A test is called by its function, ``test_x``, with a case in brackets, ``test_x[case]``, or with the stem of its file,
``test_frames::test_x``, where several have a function of that name. A test in JavaScript is called by its file and the
beginning of its title: ``saving.test.mjs: a keystroke is kept``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_NAME = re.compile(r"(?:(?P<stem>\w+)::)?(?P<function>test_\w+)(?P<case>\[.*\])?")
_LINE = re.compile(r"^(?:class (?P<group>Test\w*)|(?P<indent> *)(?:async )?def (?P<function>test_\w+)\()")
JAVASCRIPT = ".test.mjs"


class NoSuchTest(Exception):
    """No test has that name, or several tests have it."""


@dataclass(frozen=True)
class NamedTest:
    """A test that was found."""

    name: str
    file: Path
    node: str
    """What pytest is given after the file, ``TestGroup::test_x[case]``; for JavaScript the beginning of the title."""

    @property
    def is_javascript(self) -> bool:
        """Return whether Node runs it."""
        return self.file.name.endswith(JAVASCRIPT)

    @property
    def function(self) -> str:
        """Return its name in a report of pytest, without its group."""
        return self.node.rpartition("::")[2] if "[" not in self.node else self.node[self.node.index("test_") :]


class NamedTests:
    """All tests of one tree."""

    def __init__(self, root: Path) -> None:
        files = sorted([*root.glob("tests/**/test_*.py"), *root.glob("lessons/**/test_*.py")])
        self._functions: dict[str, list[tuple[Path, str]]] = {}
        for file in files:
            for function, node in _functions(file.read_text(encoding="utf-8")):
                self._functions.setdefault(function, []).append((file, node))
        self._javascript = {file.name: file for file in root.glob(f"tests/**/*{JAVASCRIPT}")}

    def find(self, name: str) -> NamedTest:
        """Return the test of that name.

        Raises:
            NoSuchTest: there is none, or more than one.
        """
        if JAVASCRIPT in name:
            return self._in_javascript(name)
        match = _NAME.fullmatch(name)
        if match is None:
            raise NoSuchTest(f"“{name}” is no name of a test")
        found = [
            (file, node)
            for file, node in self._functions.get(match["function"], [])
            if match["stem"] in (None, file.stem)
        ]
        if len(found) != 1:
            raise NoSuchTest(f"{len(found)} tests are called {name}")
        file, node = found[0]
        return NamedTest(name, file, node + (match["case"] or ""))

    def _in_javascript(self, name: str) -> NamedTest:
        file_name, _, title = name.partition(": ")
        file = self._javascript.get(file_name)
        if file is None or not re.search(rf"""test\(\s*["'`]{re.escape(title)}""", file.read_text(encoding="utf-8")):
            raise NoSuchTest(f"no test is called {name}")
        return NamedTest(name, file, title)


def _functions(text: str) -> Iterator[tuple[str, str]]:
    """Yield each test function with its node: ``Group::test_x`` inside a class."""
    group = ""
    for line in text.splitlines():
        if match := _LINE.match(line):
            if match["group"]:
                group = match["group"]
            else:
                yield match["function"], f"{group}::{match['function']}" if match["indent"] else match["function"]
