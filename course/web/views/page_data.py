"""The data of a page: blocks for the template, and the initial data of its script."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from course.content.model import PLAYGROUND, SCRATCH, Course, Lesson
from course.content.pieces import (
    Block,
    Demonstration,
    Example,
    Exercise,
    ExerciseLink,
    Exhibit,
    Prose,
    Question,
    Recording,
)
from course.content.problems import Problem
from course.learning.actions import Learning
from course.learning.verdicts import reveal, shuffled
from course.live.hub import Hub, namespace_of
from course.progress import answers, work
from course.progress.answers import Answered
from course.web.views.modes import marked
from course.web.views.problem_notes import printed, with_notes
from course.web.views.workspaces import exercise_workspace, lesson_workspaces, scratch_workspace


def lesson_blocks(
    learner: str, course: Course, lesson: Lesson, again: str = "", problems: Sequence[Problem] | None = None
) -> list[dict[str, Any]]:
    """Return the lesson's text, block by block, each with the modes that show it.

    An answered question comes with its key and reasons.

    `again` names a question that the learner wants to try once more, and which therefore comes without them.
    `problems` are shown to an author beside the blocks they belong to, in development; None shows no problems.
    """
    answered = answers.newest(learner, lesson.slug)
    answered.pop(again, None)
    pairs = ((block, _block(learner, course, block, answered)) for block in lesson.blocks)
    drawn = [(block, one) for block, one in pairs if one is not None]
    if problems is None:
        return marked(one for _, one in drawn)
    return printed(marked(with_notes(drawn, problems)))


def _block(learner: str, course: Course, block: Block, answered: dict[str, Answered]) -> dict[str, Any] | None:
    match block:
        case Prose():
            return {"type": "prose", "html": Markup(block.html)}  # noqa: S704  (sanitised by course.content.text.typesetter)
        case Example():
            return {"type": "example", "example": block}
        case Exhibit():
            return {"type": "exhibit", "exhibit": block}
        case Recording():
            return {"type": "recording", "recording": block}
        case Demonstration():
            return {"type": "watch", "demonstration": block}
        case ExerciseLink():
            return _offered(course, block)
        case Question():
            return {
                "type": "question",
                "question": shuffled(block, learner).public(),
                "answered": _answered(block, answered.get(block.id)),
            }


def _offered(course: Course, link: ExerciseLink) -> dict[str, Any] | None:
    """Return the block of an exercise, or None while its lesson is not visible."""
    try:
        lesson = course.lesson(link.lesson)
    except KeyError:
        return None
    exercise = lesson.exercises.get(link.slug)
    return {"type": "exercise", "exercise": exercise, "lesson": lesson} if exercise else None


def _answered(question: Question, answer: Answered | None) -> dict[str, Any] | None:
    if answer is None or answer.question_version != question.version:
        return None
    told = reveal(question, answer)
    return {**told, "choices": answer.choices, "options": {option["id"]: option for option in told["options"]}}


def answered_json(learner: str, lesson: Lesson) -> dict[str, Any]:
    """Return the verdict on every question that this learner has answered, by question id, with the votes."""
    newest = answers.newest(learner, lesson.slug)
    told = {}
    for question in lesson.questions:
        answer = newest.get(question.id)
        if answer and answer.question_version == question.version:
            votes = answers.votes(lesson.slug, question.id, question.version)
            shown = {"total": votes.total, "counts": votes.counts} if votes else None
            told[question.id] = {**reveal(question, answer), "votes": shown}
    return told


def lesson_page(
    learner: str, lesson: Lesson, learning: Learning, hub: Hub, exercise: Exercise | None = None
) -> dict[str, Any]:
    """Return the initial data of the script of a lesson page or an exercise page."""
    saved = {each.exercise: each for each in work.all_of(learner, lesson.slug)}
    if exercise:
        workspaces = {exercise.slug: exercise_workspace(saved.get(exercise.slug), lesson, exercise)}
        return {
            **_common(learner, lesson.slug, learning, hub, workspaces),
            "kind": "exercise",
            "title": exercise.title,
            "open": exercise.slug,
            "examples": {},
            "answered": {},
        }
    return {
        **_common(learner, lesson.slug, learning, hub, lesson_workspaces(saved, lesson, learning)),
        "kind": "lesson",
        "title": lesson.title,
        "open": SCRATCH,
        "answered": answered_json(learner, lesson),
    }


def playground_page(learner: str, learning: Learning, hub: Hub) -> dict[str, Any]:
    """Return the initial data of the playground's script."""
    saved = work.find(learner, PLAYGROUND, SCRATCH)
    workspaces = {SCRATCH: scratch_workspace(saved, PLAYGROUND, "Playground", learning, ())}
    return {
        **_common(learner, PLAYGROUND, learning, hub, workspaces),
        "kind": "playground",
        "title": "Playground",
        "open": SCRATCH,
        "examples": {},
        "answered": {},
    }


def _common(
    learner: str, slug: str, learning: Learning, hub: Hub, workspaces: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    unavailable = learning.sandboxes.unavailable
    return {
        "slug": slug,
        "learner_tag": hashlib.sha256(learner.encode()).hexdigest()[:8],  # keeps drafts apart in a shared browser
        "namespace": namespace_of(slug),
        "workspaces": workspaces,
        "sandbox": _sandbox(hub.feeds.of(learner, slug), workspaces),
        "run": {"available": unavailable is None, "reason": unavailable or ""},
        "here": hub.presence.count(slug),
    }


def _sandbox(told: dict[str, Any] | None, workspaces: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """Return what is known about a run; its files only if its workspace holds something else by now."""
    if told is None:
        return None
    now = workspaces.get(told["exercise"], {}).get("files")
    return {**told, "files": None} if now in (None, told["files"]) else told
