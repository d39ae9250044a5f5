"""What learners have written: saved as they type, with versions to go back to. Only this package commits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_sqlalchemy.session import Session
from sqlalchemy import delete, select
from sqlalchemy.orm import aliased, scoped_session, undefer

from course.extensions import db
from course.progress import history, learners
from course.progress.models import Attempt, Learner, Work, WorkVersion
from course.progress.not_kept import QuotaReached, SiteFull
from course.progress.packed_files import Files, FilesToKeep, unpacked
from course.progress.thinning import Held
from course.progress.writing import writing

ATTEMPTS_KEPT = 50


class Conflict(Exception):
    """A newer version was saved elsewhere; the exception carries it, so that nothing is lost."""

    def __init__(self, version: int, files: Files) -> None:
        super().__init__(f"version {version} is newer")
        self.version = version
        self.files = files


@dataclass(frozen=True)
class Kept:
    """What the server holds after a save."""

    exercise: str
    version: int
    files: Files


@dataclass(frozen=True)
class Saved:
    """A piece of work as it is kept: plain values, valid outside the database session."""

    lesson: str
    exercise: str
    version: int
    files: Files
    saved_at: float
    hints_seen: int
    solution_asked: int
    passed: bool
    best: int
    results: list[dict[str, Any]]
    """The results of the last attempt."""
    checked: Files | None
    """What the last attempt submitted, if `files` are another version by now."""


@dataclass(frozen=True)
class Standing:
    """The progress of a learner in an exercise."""

    best: int
    """How many checks the best attempt passed."""
    passed: bool


def find(learner: str, lesson: str, exercise: str) -> Saved | None:
    """Return the saved work, or None when nothing has been kept yet."""
    return next(_read(learner, Work.lesson == lesson, Work.exercise == exercise), None)


def all_of(learner: str, lesson: str) -> list[Saved]:
    """Return every piece of work of a learner in one lesson."""
    return list(_read(learner, Work.lesson == lesson))


def _read(learner: str, *which: Any) -> Iterator[Saved]:
    now, checked = aliased(WorkVersion), aliased(WorkVersion)
    rows = db.session.execute(
        select(Work, now.packed, checked.packed)
        .outerjoin(now, (now.work_id == Work.id) & (now.version == Work.version))
        .outerjoin(
            checked,
            (checked.work_id == Work.id)
            & (checked.version == Work.checked_version)
            & (checked.version != Work.version),
        )
        .where(Work.learner_id == learner, *which)
        .order_by(Work.lesson, Work.exercise)
        .options(undefer(Work.results))
    )
    for work, files, submitted in rows:
        yield Saved(
            lesson=work.lesson,
            exercise=work.exercise,
            version=work.version,
            files=unpacked(files) if files else {},
            saved_at=work.saved_at,
            hints_seen=work.hints_seen,
            solution_asked=work.solution_asked,
            passed=work.passed_at is not None,
            best=work.best,
            results=list(work.results),
            checked=unpacked(submitted) if submitted else None,
        )


def standings(learner: str, lesson: str | None = None) -> dict[tuple[str, str], Standing]:
    """Return a learner's progress, by lesson and exercise (of one lesson if it is given); no work is read."""
    query = select(Work.lesson, Work.exercise, Work.best, Work.passed_at).where(Work.learner_id == learner)
    if lesson is not None:
        query = query.where(Work.lesson == lesson)
    rows = db.session.execute(query)
    return {(row.lesson, row.exercise): Standing(row.best, row.passed_at is not None) for row in rows}


def save(
    learner: str,
    lesson: str,
    exercise: str,
    files: Files,
    *,
    kind: str = "save",
    base_version: int | None = None,
    tab: str = "",
) -> Kept:
    """Keep `files` as the newest version. The same files do not make a new one, and write nothing.

    Args:
        learner: id of the learner; their row is made with the first thing worth keeping.
        lesson: slug.
        exercise: slug of the workspace.
        files: name → text.
        kind: what made this version; anything but ``save`` gets an entry of its own in the history.
        base_version: the version that the edit began from; None overwrites.
        tab: which of the learner's open pages it comes from; the last text of each stays in the history.

    Raises:
        Conflict: a version newer than `base_version`, with other files, is there already; the history has both now.
        course.progress.not_kept.NotKept: it could not be kept.
    """
    kept = FilesToKeep(files)
    unchanged = _version_with(learner, lesson, exercise, kept.digest)
    if unchanged is not None:
        return Kept(exercise, unchanged, files)
    newer: Conflict | None = None
    with writing() as session:
        owner, work = _for_writing(session, learner, lesson, exercise)
        there = history.entry(session, work, work.version)
        if there is None or base_version in (None, work.version):
            history.put(session, owner, work, kept, kind=kind, tab=tab)
        elif there.digest != kept.digest:
            history.keep_both(session, owner, work, kept, tab)
            newer = Conflict(work.version, unpacked(there.packed))
        version = work.version
    if newer is not None:
        raise newer
    return Kept(exercise, version, files)


def _version_with(learner: str, lesson: str, exercise: str, digest: str) -> int | None:
    """Return the number of the present version if it has these files; a learner who is gone has none."""
    return db.session.scalar(
        select(Work.version)
        .join(WorkVersion, (WorkVersion.work_id == Work.id) & (WorkVersion.version == Work.version))
        .where(Work.learner_id == learner, Work.lesson == lesson, Work.exercise == exercise)
        .where(WorkVersion.digest == digest)
    )


def restore(learner: str, lesson: str, exercise: str, version: int, *, tab: str = "") -> Kept:
    """Make an earlier version the newest one.

    Raises:
        KeyError: no such version is kept.
        course.progress.not_kept.NotKept: there is no room for one more.
    """
    files = history.files_of(learner, lesson, exercise, version)
    return save(learner, lesson, exercise, files, kind="restore", tab=tab)


def record_attempt(
    learner: str, lesson: str, exercise: str, files: Files, results: list[dict[str, Any]], total: int
) -> None:
    """Keep what a check found, and the submitted files as a version of their own.

    An attempt counts even where there is no room for its files.
    """
    passed = sum(1 for result in results if result["outcome"] == "passed")
    kept = FilesToKeep(files)
    with writing() as session:
        owner, work = _for_writing(session, learner, lesson, exercise)
        version = _submitted(session, owner, work, kept)
        history.hold(session, work, version, Held.CHECKED | (Held.PASSED if passed == total else Held(0)))
        session.add(Attempt(work_id=work.id, version=version, passed=passed, total=total))
        session.flush()
        _forget_old_attempts(session, work)
        work.results, work.checked_version = results, version
        work.best = max(work.best, passed)
        if passed == total and work.passed_at is None:
            work.passed_at = time.time()


def _submitted(session: scoped_session[Session], owner: Learner, work: Work, kept: FilesToKeep) -> int:
    """Return the kept version that holds exactly these files, made now if need be; 0 without room for it."""
    there = history.entry(session, work, work.version)
    if there is None or there.digest != kept.digest:
        try:
            return history.put(session, owner, work, kept, kind="check", tab="").version
        except (QuotaReached, SiteFull):
            return 0
    if there.kind == "save":
        there.kind = "check"  # so that no later save overwrites what was checked
    return work.version


def _forget_old_attempts(session: scoped_session[Session], work: Work) -> None:
    """Keep the newest; a version to which only forgotten attempts led may be thinned, unless it passed."""
    newest_first = select(Attempt.id, Attempt.version).where(Attempt.work_id == work.id).order_by(Attempt.id.desc())
    old = session.execute(newest_first.offset(ATTEMPTS_KEPT)).all()
    if not old:
        return
    session.execute(delete(Attempt).where(Attempt.id.in_([each.id for each in old])))
    still = set(session.scalars(select(Attempt.version).where(Attempt.work_id == work.id)))
    for version in {each.version for each in old} - still:
        history.let_go(session, work, version, Held.CHECKED)


def note_hint(learner: str, lesson: str, exercise: str, step: int) -> None:
    """Remember that the hints up to `step` have been read."""
    with writing() as session:
        _, work = _for_writing(session, learner, lesson, exercise)
        work.hints_seen = max(work.hints_seen, step)


def note_solution_asked(learner: str, lesson: str, exercise: str) -> int:
    """Count one more request for the solution, and return how many there were before."""
    with writing() as session:
        _, work = _for_writing(session, learner, lesson, exercise)
        work.solution_asked += 1
        return work.solution_asked - 1


def _for_writing(session: scoped_session[Session], learner: str, lesson: str, exercise: str) -> tuple[Learner, Work]:
    owner = learners.for_writing(session, learner)
    work = session.scalar(
        select(Work).where(Work.learner_id == learner, Work.lesson == lesson, Work.exercise == exercise)
    )
    if work is None:
        work = Work(learner_id=learner, lesson=lesson, exercise=exercise, version=0, newest=0, thinned_through=0)
        session.add(work)
        session.flush()
    return owner, work
