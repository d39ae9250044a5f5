"""What instructors want to know about a lesson: answers to questions, results of exercises, what confused people."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from course.content.model import Lesson
from course.content.pieces import Question
from course.extensions import db
from course.progress import notes
from course.progress.models import Answer, Attempt, Work
from course.progress.notes import KeptNote


@dataclass(frozen=True)
class QuestionReport:
    """The first answers to a question of the present text: one for each learner."""

    id: str
    answered: int
    right: int


@dataclass(frozen=True)
class ExerciseReport:
    """The results of an exercise."""

    slug: str
    learners: int
    """Learners who have checked it."""
    attempts: int
    passed: int
    """Learners who have passed every check."""


@dataclass(frozen=True)
class LessonReport:
    """The whole report on one lesson."""

    slug: str
    questions: tuple[QuestionReport, ...]
    exercises: tuple[ExerciseReport, ...]
    notes: tuple[KeptNote, ...]


def lesson_report(lesson: Lesson) -> LessonReport:
    """Return the report on one lesson; learners appear only as numbers."""
    return LessonReport(
        lesson.slug,
        tuple(_question(lesson.slug, question) for question in lesson.questions),
        tuple(_exercise(lesson.slug, slug) for slug in lesson.exercises),
        tuple(notes.of_lesson(lesson.slug)),
    )


def _question(lesson: str, question: Question) -> QuestionReport:
    verdicts = db.session.scalars(
        select(Answer.correct).where(
            Answer.lesson == lesson,
            Answer.question == question.id,
            Answer.question_version == question.version,
            Answer.first,
        )
    ).all()
    return QuestionReport(question.id, len(verdicts), sum(verdicts))


def _exercise(lesson: str, slug: str) -> ExerciseReport:
    here = (Work.lesson == lesson, Work.exercise == slug)
    attempts, learners = db.session.execute(
        select(func.count(Attempt.id), func.count(func.distinct(Work.learner_id))).join(Attempt).where(*here)
    ).one()
    passed = db.session.scalar(select(func.count()).select_from(Work).where(*here, Work.passed_at.is_not(None)))
    return ExerciseReport(slug, learners, attempts, passed or 0)
