"""What a page is drawn from: blocks for the template, and the data that its script begins with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from course.attempts import Attempts
from course.content.model import PLAYGROUND, SCRATCH, Course, Lesson, Problem
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
    Runtime,
)
from course.live.desk import Desk, namespace_of
from course.progress import answers, work
from course.progress.answers import Answered
from course.progress.work import Saved
from course.verdicts import reveal, shuffled
from course.web.modes import marked
from course.web.problem_notes import printed, with_notes

RUNTIMES: Mapping[Runtime, str] = {
    "threading": "threading",
    "gevent": "gevent",
    "gevent-patched": "gevent, monkey-patched",
}
"""What a program runs under → its name for learners."""


def lesson_blocks(
    learner: str, course: Course, lesson: Lesson, again: str = "", problems: Sequence[Problem] | None = None
) -> list[dict[str, Any]]:
    """Return the lesson's text, block by block, each with the modes that show it.

    A question that is answered brings its key and reasons along.

    `again` names a question that the learner wants to try once more, and so sees without them.
    `problems` are shown to an author beside the blocks they belong to, in development; None shows nothing of the kind.
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
            return {"type": "prose", "html": Markup(block.html)}  # noqa: S704  (sanitised by course.content.markdown)
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
                "question": block,
                "options": shuffled(block, learner),
                "answered": _answered(block, answered.get(block.id)),
            }


def _offered(course: Course, link: ExerciseLink) -> dict[str, Any] | None:
    """Return the block of an exercise, or None while its lesson is not to be seen."""
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
    learner: str, lesson: Lesson, attempts: Attempts, desk: Desk, exercise: Exercise | None = None
) -> dict[str, Any]:
    """Return what the script of a lesson page, or of an exercise page, begins with."""
    saved = {each.exercise: each for each in work.all_of(learner, lesson.slug)}
    shown = [exercise] if exercise else list(lesson.exercises.values())
    workspaces = {item.slug: _exercise_workspace(saved.get(item.slug), lesson, item) for item in shown}
    if exercise is None:
        free = _scratch(saved.get(SCRATCH), lesson.slug, "Examples", attempts, lesson.events)
        workspaces = {SCRATCH: free, **workspaces}
    return {
        **_common(learner, lesson.slug, attempts, desk),
        "kind": "exercise" if exercise else "lesson",
        "title": exercise.title if exercise else lesson.title,
        "open": exercise.slug if exercise else SCRATCH,
        "workspaces": workspaces,
        "examples": {} if exercise else {each.id: _example(each, each in lesson.blocks) for each in lesson.examples},
        "answered": answered_json(learner, lesson) if exercise is None else {},
    }


def _example(example: Example, shown: bool) -> dict[str, Any]:
    """Return an example's data. What the text shows of its program, the page's script reads there: it is sent once."""
    data: dict[str, Any] = {"title": example.title, "runtime": example.runtime}
    if example.client:
        data["client"] = dict(example.client)
    if not shown or example.told not in example.source:  # a last line may lack its end
        return {**data, "source": example.source}
    before, _, after = example.source.partition(example.told)
    return {**data, "before": before, "after": after}


def playground_page(learner: str, attempts: Attempts, desk: Desk) -> dict[str, Any]:
    """Return what the script of the playground begins with."""
    saved = work.find(learner, PLAYGROUND, SCRATCH)
    return {
        **_common(learner, PLAYGROUND, attempts, desk),
        "kind": "playground",
        "title": "Playground",
        "open": SCRATCH,
        "workspaces": {SCRATCH: _scratch(saved, PLAYGROUND, "Playground", attempts, ())},
        "examples": {},
        "answered": {},
    }


def _common(learner: str, slug: str, attempts: Attempts, desk: Desk) -> dict[str, Any]:
    unavailable = attempts.sandboxes.unavailable
    return {
        "slug": slug,
        "learner_tag": hashlib.sha256(learner.encode()).hexdigest()[:8],  # keeps drafts apart in a shared browser
        "namespace": namespace_of(slug),
        "sandbox": desk.feeds.of(learner, slug),
        "run": {"available": unavailable is None, "reason": unavailable or ""},
        "here": desk.presence.count(slug),
    }


def _exercise_workspace(saved: Saved | None, lesson: Lesson, exercise: Exercise) -> dict[str, Any]:
    return {
        **_workspace(saved, exercise.title, dict(exercise.starter), exercise.events),
        **_runtimes((exercise.runtime,)),
        "hints": len(exercise.hints),
        "hints_seen": list(exercise.hints[: saved.hints_seen]) if saved else [],
        "total": len(exercise.tasks),
        "url": f"/lessons/{lesson.slug}/{exercise.slug}/",
    }


def _scratch(
    saved: Saved | None,
    slug: str,
    title: str,
    attempts: Attempts,
    offered: tuple[str, ...],
) -> dict[str, Any]:
    return {
        **_workspace(saved, title, dict(attempts.starting_files(slug, SCRATCH)), offered),
        **_runtimes(attempts.runtimes(slug, SCRATCH)),
        "hints": 0,
        "hints_seen": [],
        "total": 0,
        "url": f"/lessons/{slug}/" if slug != PLAYGROUND else "/playground/",
    }


def _runtimes(offered: Iterable[Runtime]) -> dict[str, Any]:
    """Return what a workspace's programs can run under, and what is chosen at first."""
    named = [{"id": runtime, "name": RUNTIMES[runtime]} for runtime in offered]
    return {"runtimes": named, "runtime": named[0]["id"]}


def _workspace(saved: Saved | None, title: str, starter: dict[str, str], offered: tuple[str, ...]) -> dict[str, Any]:
    return {
        "title": title,
        "files": dict(saved.files) if saved and saved.version else starter,
        "version": saved.version if saved else 0,
        "events": list(offered),
        "results": saved.results if saved else [],
        "passed": saved.best if saved else 0,
        "done": bool(saved and saved.passed),
    }
