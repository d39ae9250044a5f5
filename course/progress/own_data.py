"""A learner's own data: all of it, to download or to delete."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, select

from course.extensions import db
from course.progress import notes, work
from course.progress.models import Answer, Learner
from course.progress.writing import writing


def export(learner: str) -> dict[str, Any]:
    """Return everything that is kept about a learner, as plain JSON."""
    answers = db.session.scalars(select(Answer).where(Answer.learner_id == learner).order_by(Answer.id))
    return {
        "learner": learner,
        "work": [
            {
                "lesson": saved.lesson,
                "exercise": saved.exercise,
                "files": dict(saved.files),
                "saved_at": saved.saved_at,
                "passed": saved.passed,
                "hints_seen": saved.hints_seen,
                "versions": work.versions(learner, saved.lesson, saved.exercise),
                "attempts": work.attempts(learner, saved.lesson, saved.exercise),
            }
            for saved in work.all_of(learner)
        ],
        "answers": [
            {
                "lesson": answer.lesson,
                "question": answer.question,
                "choices": answer.choices,
                "text": answer.text,
                "correct": answer.correct,
                "created_at": answer.created_at,
            }
            for answer in answers
        ],
        "notes": [asdict(note) for note in notes.of_learner(learner)],
    }


def forget(learner: str) -> None:
    """Delete a learner with everything that is kept about them."""
    with writing() as session:
        session.execute(delete(Learner).where(Learner.id == learner))
