"""What a check run reports to the rest of the course. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

Outcome = Literal["passed", "failed", "skipped", "error"]
TraceRows = tuple[Mapping[str, Any], ...]


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
    line: int | None = None
    """Line of ``server.py`` that raised, where the sandbox reported one."""
    trace: TraceRows = ()
    """The traffic as the checking clients saw it, in rows made by `course.wire.TraceRow.as_json`."""
    duration_ms: int = 0
    marks: TraceRows = ()
    """What is not a frame but belongs in the picture of a failure: the arrow that is missing, too many or wrong."""

    def as_json(self) -> dict[str, Any]:
        """Return the result in the form that the page and the database keep."""
        return {**asdict(self), "trace": list(self.trace), "marks": list(self.marks)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CheckResult:
        """Return the result that `as_json` wrote; keys it does not know are left out."""
        known = {field.name for field in fields(cls)}
        values = {name: value for name, value in data.items() if name in known}
        rows = {name: tuple(values.get(name, ())) for name in ("trace", "marks")}
        return cls(**{**values, **rows})


@dataclass(frozen=True)
class RunSummary:
    """How a check run ended.

    `error` is a sentence when the run failed on our side: such a run does not count as an attempt of the learner.
    """

    passed: int
    total: int
    error: str | None = None
