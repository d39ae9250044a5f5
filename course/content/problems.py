"""Collects an author's mistakes while reading goes on: nothing here raises, everything is reported at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Problem:
    """An author's mistake: where it is, which rule it breaks, and what to do about it."""

    file: str
    """Path relative to the course folder."""
    line: int
    rule: str
    """Stable kebab-case name of the rule, such as ``question-key``."""
    message: str
    fix: str
    severity: Severity = "error"


@dataclass
class ProblemList:
    """The problems of one file, in the order in which they were found."""

    file: str
    """Path relative to the course folder."""
    found: list[Problem] = field(default_factory=list)

    def add(self, line: int, rule: str, message: str, fix: str, severity: Severity = "error") -> None:
        """Note one mistake. `line` is 1-based; `message` and `fix` are whole sentences."""
        self.found.append(Problem(self.file, line, rule, message, fix, severity))

    def warn(self, line: int, rule: str, message: str, fix: str) -> None:
        """Note a mistake that harms the lesson, but with which it can still be shown."""
        self.add(line, rule, message, fix, "warning")

    def beside(self, file: str) -> ProblemList:
        """Return the problems of another file, which end up in the same list."""
        return ProblemList(file, self.found)

    def grew_since(self, count: int) -> bool:
        """Return whether anything was added after there were `count` problems."""
        return len(self.found) > count
