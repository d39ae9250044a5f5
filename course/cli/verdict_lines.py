"""The verdicts of a check run as text, in the words that a learner reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from course.authoring.program_runs import Outcome
from course.grading.model import CheckResult

SIGNS = {"passed": "✓", "failed": "✗", "skipped": "–", "error": "!"}
ARROWS = {"sent": "→", "received": "←"}
LONGEST_FRAME = 100
"""Characters of one frame."""


def verdict_lines(outcome: Outcome) -> Iterator[str]:
    """Yield the lines for one program: each check with its words, then the frames of the first one that failed."""
    if not outcome.ready:
        yield f"The program does not start: {outcome.why}"
        return
    for result in outcome.results:
        yield f"{SIGNS[result.outcome]} {result.title}"
        yield from (f"    {line}" for line in _words(result))
    passed = sum(result.outcome == "passed" for result in outcome.results)
    yield f"{passed} of {len(outcome.results)} {'check' if len(outcome.results) == 1 else 'checks'} passed."
    if outcome.error:
        where = f" (checks.py, line {outcome.error_line})" if outcome.error_line else ""
        yield f"The checks broke: {outcome.error}{where}"
    failed = next((result for result in outcome.results if result.outcome == "failed"), None)
    if failed is not None and failed.trace:
        yield f"What was seen by the clients of “{failed.title}”:"
        yield from map(_frame, failed.trace)


def _words(result: CheckResult) -> Iterator[str]:
    if result.outcome == "passed":
        return
    yield result.message
    for name in ("expected", "actual", "hint"):
        text = getattr(result, name)
        if text:
            yield f"{name}: {text}"
    if result.line:
        yield f"server.py, line {result.line}"
    if result.mistake:
        yield f"recognised as: wrong/{result.mistake}"


def _frame(row: Mapping[str, Any]) -> str:
    frame = str(row.get("frame", ""))
    cut = frame if len(frame) <= LONGEST_FRAME else f"{frame[:LONGEST_FRAME]}…"
    return (
        f"{row.get('time', 0):8.3f} s  {row.get('client', ''):<10} {ARROWS.get(str(row.get('direction')), ' ')} {cut}"
    )
