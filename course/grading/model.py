"""What a check run reports to the rest of the course. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from course.grading.author_fault import AuthorFault

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
    fault: AuthorFault | None = None
    """With the outcome ``error``, what broke in the checks. Its author reads it, never a learner."""

    def as_json(self) -> dict[str, Any]:
        """Return the result in the form that the page and the database keep."""
        told = self.for_author()
        del told["fault"]
        return told

    def for_author(self) -> dict[str, Any]:
        """Return the result in a form that holds everything."""
        return {**asdict(self), "trace": list(self.trace), "marks": list(self.marks)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CheckResult:
        """Return the result that `as_json` or `for_author` wrote; keys it does not know are left out."""
        known = {field.name for field in fields(cls)}
        values = {name: value for name, value in data.items() if name in known}
        rows = {name: tuple(values.get(name, ())) for name in ("trace", "marks")}
        return cls(**{**values, **rows, "fault": AuthorFault.from_json(values.get("fault"))})


@dataclass(frozen=True)
class RunSummary:
    """How a check run ended.

    `error` is a sentence when the run failed on our side: such a run does not count as an attempt of the learner.
    """

    passed: int
    total: int
    error: str | None = None
    fault: AuthorFault | None = None
    """What kept the checks from being read, for their author."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> RunSummary:
        """Return the summary that `dataclasses.asdict` wrote."""
        return cls(data["passed"], data["total"], data["error"], AuthorFault.from_json(data["fault"]))
