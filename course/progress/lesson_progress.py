"""The progress of a learner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from course.content.model import Course, Lesson
from course.progress import answers, work
from course.progress.answers import MarkedAnswer
from course.progress.work import Standing

NOTHING_YET = Standing(best=0, passed=False)


@dataclass(frozen=True)
class ExerciseProgress:
    """How many checks of an exercise the best attempt has passed."""

    passed: int
    total: int
    done: bool


@dataclass(frozen=True)
class LessonProgress:
    """What is done of a lesson: exercises passed, questions answered correctly, predictions made."""

    done: int
    total: int
    exercises: Mapping[str, ExerciseProgress]
    started: bool
    """Whether anything was written or answered there, correct or not."""

    @property
    def finished(self) -> bool:
        """Return whether nothing is left to do."""
        return self.total > 0 and self.done == self.total


def lesson_progress(learner: str, lesson: Lesson) -> LessonProgress:
    """Return what `learner` has done of `lesson`."""
    return _progress(lesson, work.standings(learner, lesson.slug), answers.verdicts(learner, lesson.slug))


def course_progress(learner: str, course: Course) -> dict[str, LessonProgress]:
    """Return the progress of every lesson and page, by slug: two queries for all, since every page asks."""
    standings, verdicts = work.standings(learner), answers.verdicts(learner)
    return {lesson.slug: _progress(lesson, standings, verdicts) for lesson in course.readable}


def _progress(
    lesson: Lesson, standings: Mapping[tuple[str, str], Standing], verdicts: Mapping[tuple[str, str], MarkedAnswer]
) -> LessonProgress:
    exercises = {}
    for exercise in lesson.exercises.values():
        own = standings.get((lesson.slug, exercise.slug), NOTHING_YET)
        exercises[exercise.slug] = ExerciseProgress(passed=own.best, total=len(exercise.tasks), done=own.passed)
    done = sum(1 for item in exercises.values() if item.done)
    for question in lesson.questions:
        verdict = verdicts.get((lesson.slug, question.id))
        if verdict and verdict.question_version == question.version:
            done += verdict.correct or question.role == "prediction"
    started = any(slug == lesson.slug for slug, _ in (*standings, *verdicts))
    return LessonProgress(done, len(exercises) + len(lesson.questions), exercises, started)
