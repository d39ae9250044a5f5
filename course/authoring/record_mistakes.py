"""Runs the known mistakes of exercises under their checks, and keeps the traffic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from course.authoring.normal_form import Frames, fits_kinds, frames_of, kinds_of, same_frames, words_of
from course.authoring.program_runs import Outcome, ProgramRuns
from course.content.golden.mistakes import GOLDEN_FILE, KeptTrace, golden_text, made_from, name_of, read_kept
from course.content.model import Course, Lesson
from course.content.pieces import Exercise, Mistake
from course.grading.model import CheckResult
from course.program import Files

PLAYS = 4
"""How often a mistake is run before its frames are trusted."""
TRIES = 3
"""How often it is run until its frames are as recorded: a busy machine may lose the last frame of a run."""
AT_ONCE = 4
"""Runs at the same time: most of a check is waiting."""


class NotRecorded(Exception):
    """The mistake does not do what it should; the message is a whole sentence that says why."""


def record_mistakes(
    course: Course, lesson: Lesson, runs: ProgramRuns, say: Callable[[str, bool], None], *, again: bool = False
) -> bool:
    """Record the mistakes of a lesson whose files have changed since; return whether all went well.

    Args:
        course: as loaded from disk.
        lesson: one of it.
        runs: starts the programs.
        say: called with what was recorded, and whether that is all right.
        again: also record those whose files have not changed.
    """
    folder = course.root / lesson.folder
    before = _read(folder)
    valid = {} if again else before
    kept, well = {}, True
    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [(each, pool.submit(_kept_or_fresh, valid, *each, runs)) for each in _mistakes(lesson)]
        for (exercise, mistake), job in jobs:
            name = name_of(exercise.slug, mistake.id)
            try:
                kept[name] = job.result()
            except NotRecorded as reason:
                well = False
                say(f"{lesson.slug}/{name}: {reason}", False)
                continue
            if kept[name] != before.get(name):
                count = sum(map(len, kept[name].frames.values()))
                say(f"{lesson.slug}/{name}: {count} frames, held {kept[name].held}", True)
    path = folder / GOLDEN_FILE
    if kept:
        path.parent.mkdir(exist_ok=True)
        path.write_text(golden_text(kept), encoding="utf-8")
    else:
        path.unlink(missing_ok=True)
    return well


def first_failure(results: list[CheckResult], checks: str, files: Files) -> tuple[str, dict[str, tuple[str, ...]]]:
    """Return the name of the first check that failed, and its frames in their normal form.

    Args:
        results: of one run.
        checks: the text of checks.py.
        files: the program.
    """
    failed = next(result for result in results if result.outcome == "failed")
    return failed.name, frames_of(failed.trace, words_of(checks, *files.values()))


def trace_of(source: str, plays: Sequence[tuple[str, Frames]]) -> KeptTrace:
    """Return what is kept from several runs of one mistake, each given with the check that failed first.

    `source` is the hash of what they were made from.
    """
    check, frames = plays[0]
    if any(name != check for name, _ in plays):
        return KeptTrace(source, check, "no", {})
    if all(same_frames(frames, again) for _, again in plays):
        return KeptTrace(source, check, "exactly", frames)
    return KeptTrace(source, check, "kinds", kinds_of([each for _, each in plays]))


def agrees(kept: KeptTrace, check: str, frames: Frames) -> bool:
    """Return whether a fresh run agrees with the recording, as closely as `kept.held` demands."""
    if kept.held == "no":
        return True
    same = same_frames if kept.held == "exactly" else fits_kinds
    return kept.check == check and same(kept.frames, frames)


def difference(
    folder: Path, exercise: Exercise, mistake: Mistake, outcome: Outcome, again: Callable[[], Outcome]
) -> str:
    """Return how a run differs from what was recorded; "" when it does not, or when nothing valid was recorded.

    Args:
        folder: the lesson's.
        exercise: the mistake's.
        mistake: one that the checks have recognised.
        outcome: the run's.
        again: runs it once more; called when the run differs.
    """
    checks = exercise.checks_source
    kept = _read(folder).get(name_of(exercise.slug, mistake.id))
    if exercise.timed or kept is None or kept.made_from != made_from(mistake.files, checks, exercise.runtime):
        return ""
    check, frames = first_failure(outcome.results, checks, mistake.files)
    for _ in range(TRIES - 1):
        if agrees(kept, check, frames):
            return ""
        outcome = again()
        if outcome.failed:
            check, frames = first_failure(outcome.results, checks, mistake.files)
    return "" if agrees(kept, check, frames) else _told_apart(kept, check, frames)


def _told_apart(kept: KeptTrace, check: str, frames: Frames) -> str:
    if check != kept.check:
        return f"the first check to fail is “{check}”, and was “{kept.check}”"
    for name in sorted({*kept.frames, *frames}):
        recorded = replace(kept, frames={name: kept.frames.get(name, ())})
        if not agrees(recorded, check, {name: frames.get(name, ())}):
            return f"what {name} sends and receives is no more the same"
    return "there are other clients"


def _read(folder: Path) -> dict[str, KeptTrace]:
    """Return what is recorded in a lesson's folder; nothing when the file can't be read."""
    try:
        return read_kept(folder)
    except ValueError:
        return {}


def _mistakes(lesson: Lesson) -> Iterator[tuple[Exercise, Mistake]]:
    for exercise in lesson.exercises.values():
        for mistake in () if exercise.timed else exercise.mistakes:
            yield exercise, mistake


def _kept_or_fresh(before: dict[str, KeptTrace], exercise: Exercise, mistake: Mistake, runs: ProgramRuns) -> KeptTrace:
    checks = exercise.checks_source
    source = made_from(mistake.files, checks, exercise.runtime)
    known = before.get(name_of(exercise.slug, mistake.id))
    if known is not None and known.made_from == source:
        return known
    plays = [_seen(runs.checked(exercise, mistake.files), exercise, mistake) for _ in range(PLAYS)]
    return trace_of(source, plays)


def _seen(outcome: Outcome, exercise: Exercise, mistake: Mistake) -> tuple[str, dict[str, tuple[str, ...]]]:
    if outcome.error:
        raise NotRecorded(f"The checks broke: {outcome.error}")
    if not outcome.ready:
        return exercise.tasks[0].check, {}
    if outcome.mistakes != {mistake.id}:
        earned = ", ".join(sorted(outcome.mistakes)) or "nothing"
        raise NotRecorded(f"The checks recognise {earned}.")
    return first_failure(outcome.results, exercise.checks_source, mistake.files)
