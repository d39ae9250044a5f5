"""How far a learner has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from course.content.model import Course, Lesson
from course.progress import answers, work


@dataclass(frozen=True)
class ExerciseProgress:
    """How many checks of an exercise the best attempt has passed."""

    passed: int
    total: int
    done: bool


@dataclass(frozen=True)
class LessonProgress:
    """What is done of a lesson: exercises passed, questions answered rightly, predictions made."""

    done: int
    total: int
    exercises: Mapping[str, ExerciseProgress]

    @property
    def finished(self) -> bool:
        """Say whether nothing is left to do."""
        return self.total > 0 and self.done == self.total

    @property
    def started(self) -> bool:
        """Say whether anything has been done."""
        return self.done > 0 or any(exercise.passed for exercise in self.exercises.values())


def lesson_progress(learner: str, lesson: Lesson) -> LessonProgress:
    """Return what `learner` has done of `lesson`."""
    saved = {item.exercise: item for item in work.all_of(learner, lesson.slug)}
    answered = answers.newest(learner, lesson.slug)
    exercises = {}
    for exercise in lesson.exercises.values():
        own = saved.get(exercise.slug)
        exercises[exercise.slug] = ExerciseProgress(
            passed=own.best if own else 0, total=len(exercise.tasks), done=bool(own and own.passed)
        )
    done = sum(1 for item in exercises.values() if item.done)
    for question in lesson.questions:
        answer = answered.get(question.id)
        if answer and answer.question_version == question.version and (answer.correct or question.role == "prediction"):
            done += 1
    return LessonProgress(done=done, total=len(exercises) + len(lesson.questions), exercises=exercises)


def course_progress(learner: str, course: Course) -> dict[str, LessonProgress]:
    """Return the progress of every lesson and page, by slug."""
    return {lesson.slug: lesson_progress(learner, lesson) for lesson in course.readable}
