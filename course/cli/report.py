"""The report on lessons for instructors, as text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from course.progress.lesson_report import LessonReport


def lines_of(report: LessonReport) -> Iterator[str]:
    """Yield the lines of one lesson's report."""
    yield report.slug
    for question in report.questions:
        share = f"{round(100 * question.right / question.answered)} % right" if question.answered else ""
        yield f"  question  {question.id:<32} {question.answered:>5} answered  {share}".rstrip()
    for exercise in report.exercises:
        yield (
            f"  exercise  {exercise.slug:<32} {exercise.learners:>5} tried     {exercise.passed} passed, "
            f"{exercise.attempts} {'check' if exercise.attempts == 1 else 'checks'}"
        )
    for note in report.notes:
        day = datetime.fromtimestamp(note.created_at, UTC).date().isoformat()
        yield f"  note      {day}, on {f'“{_plain(note.paragraph)}”' if note.paragraph else 'the whole lesson'}"
        yield f"            {_plain(note.text)}"


def _plain(text: str) -> str:
    """Return a stranger's text without control characters that a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
