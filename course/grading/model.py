"""What a check run tells the rest of the course. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Outcome = Literal["passed", "failed", "skipped", "error"]


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check function, in the words the learner reads."""

    name: str
    title: str
    outcome: Outcome
    message: str = ""
    """One sentence: what went wrong."""
    expected: str = ""
    actual: str = ""
    hint: str = ""
    """One next step."""
    mistake: str | None = None
    """Id of the known mistake (a folder in ``wrong/``) that this failure shows."""
    trace: tuple[Mapping[str, Any], ...] = ()
    """Rows as `course.sandbox.model.TraceRow.as_json` gives them, seen by the checking clients."""
    duration_ms: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the result as the page and the database keep it."""
        return {**asdict(self), "trace": list(self.trace)}
