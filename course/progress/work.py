"""What learners have written: saved as they type, with versions to go back to. Only this package commits."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_sqlalchemy.session import Session
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from course.extensions import db
from course.progress.models import Attempt, Learner, Work, WorkVersion
from course.progress.writing import writing

SAVE_EVERY_SECONDS = 30.0
"""Saves closer together than this share one entry in the history."""
VERSIONS_KEPT = 60
"""Older entries of the history are thinned to one an hour."""
ATTEMPTS_KEPT = 50

Files = Mapping[str, str]


class Conflict(Exception):
    """A newer version was saved elsewhere; the exception carries it, so that nothing is lost."""

    def __init__(self, version: int, files: Files) -> None:
        super().__init__(f"version {version} is newer")
        self.version = version
        self.files = files


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
    work = _work(learner, lesson, exercise)
    return _saved(work) if work else None


def all_of(learner: str, lesson: str | None = None) -> list[Saved]:
    """Return every piece of work of a learner; of one lesson if it is given."""
    query = select(Work).where(Work.learner_id == learner).order_by(Work.lesson, Work.exercise)
    if lesson is not None:
        query = query.where(Work.lesson == lesson)
    return [_saved(work) for work in db.session.scalars(query)]


def standings(learner: str, lesson: str | None = None) -> dict[tuple[str, str], Standing]:
    """Return a learner's progress, by lesson and exercise (of one lesson if it is given); no work is read."""
    query = select(Work.lesson, Work.exercise, Work.best, Work.passed_at).where(Work.learner_id == learner)
    if lesson is not None:
        query = query.where(Work.lesson == lesson)
    rows = db.session.execute(query)
    return {(row.lesson, row.exercise): Standing(row.best, row.passed_at is not None) for row in rows}


def save(
    learner: str, lesson: str, exercise: str, files: Files, *, kind: str = "save", base_version: int | None = None
) -> Saved:
    """Keep `files` as the newest version and return it. The same files do not make a new version.

    Args:
        learner: id of the learner; their row is made with the first thing worth keeping.
        lesson: slug.
        exercise: slug of the workspace.
        files: name → text.
        kind: what made this version; anything but ``save`` gets an entry of its own in the history.
        base_version: the version that the edit began from; None overwrites.

    Raises:
        Conflict: a version newer than `base_version`, with other files, is there already.
    """
    with writing() as session:
        work = _work_for_writing(session, learner, lesson, exercise)
        if work.version and dict(work.files) == dict(files):
            return _saved(work)
        if base_version is not None and base_version != work.version:
            raise Conflict(work.version, dict(work.files))
        _put(work, files, kind)
        session.flush()
        return _saved(work)


def restore(learner: str, lesson: str, exercise: str, version: int) -> Saved:
    """Make an earlier version the newest one.

    Raises:
        KeyError: no such version is kept.
    """
    with writing() as session:
        work = _work_for_writing(session, learner, lesson, exercise)
        for entry in work.versions:
            if entry.version == version:
                _put(work, dict(entry.files), "restore")
                session.flush()
                return _saved(work)
        raise KeyError(version)


def versions(learner: str, lesson: str, exercise: str) -> list[dict[str, Any]]:
    """Return the history, newest first: ``{version, kind, saved_at, files}``."""
    work = _work(learner, lesson, exercise)
    if work is None:
        return []
    return [
        {"version": entry.version, "kind": entry.kind, "saved_at": entry.saved_at, "files": dict(entry.files)}
        for entry in reversed(work.versions)
    ]


def attempts(learner: str, lesson: str, exercise: str) -> list[dict[str, Any]]:
    """Return the checked attempts, newest first: ``{id, version, passed, total, created_at}``."""
    work = _work(learner, lesson, exercise)
    if work is None:
        return []
    return [
        {
            "id": attempt.id,
            "version": attempt.version,
            "passed": attempt.passed,
            "total": attempt.total,
            "created_at": attempt.created_at,
        }
        for attempt in reversed(work.attempts)
    ]


def record_attempt(
    learner: str, lesson: str, exercise: str, files: Files, results: list[dict[str, Any]], total: int
) -> Saved:
    """Keep what a check found, and the submitted files as a version of their own."""
    passed = sum(1 for result in results if result["outcome"] == "passed")
    with writing() as session:
        work = _work_for_writing(session, learner, lesson, exercise)
        version = _version_of(work, files)
        work.attempts.append(Attempt(version=version, passed=passed, total=total, results=results))
        for old in work.attempts[:-ATTEMPTS_KEPT]:
            session.delete(old)
        work.best = max(work.best, passed)
        if passed == total and work.passed_at is None:
            work.passed_at = time.time()
        session.flush()
        return _saved(work)


def note_hint(learner: str, lesson: str, exercise: str, step: int) -> None:
    """Remember that the hints up to `step` have been read."""
    with writing() as session:
        work = _work_for_writing(session, learner, lesson, exercise)
        work.hints_seen = max(work.hints_seen, step)


def note_solution_asked(learner: str, lesson: str, exercise: str) -> int:
    """Count one more request for the solution, and return how many there were before."""
    with writing() as session:
        work = _work_for_writing(session, learner, lesson, exercise)
        work.solution_asked += 1
        return work.solution_asked - 1


def ensure_learner(session: scoped_session[Session], learner: str) -> None:
    """Make the learner's row if this is the first thing worth keeping."""
    if session.get(Learner, learner) is None:
        session.add(Learner(id=learner))
        session.flush()


def _work(learner: str, lesson: str, exercise: str) -> Work | None:
    return db.session.scalar(
        select(Work).where(Work.learner_id == learner, Work.lesson == lesson, Work.exercise == exercise)
    )


def _work_for_writing(session: scoped_session[Session], learner: str, lesson: str, exercise: str) -> Work:
    ensure_learner(session, learner)
    work = _work(learner, lesson, exercise)
    if work is None:
        work = Work(learner_id=learner, lesson=lesson, exercise=exercise, files={}, version=0)
        session.add(work)
        session.flush()
    else:
        session.refresh(work)
    return work


def _put(work: Work, files: Files, kind: str) -> None:
    now = time.time()
    work.version += 1
    work.files = dict(files)
    work.saved_at = now
    newest = work.versions[-1] if work.versions else None
    if newest and kind == newest.kind == "save" and now - newest.saved_at < SAVE_EVERY_SECONDS:
        # One entry represents a burst of typing; it keeps the time of the first save, so that bursts end.
        newest.version, newest.files = work.version, dict(files)
    else:
        work.versions.append(WorkVersion(version=work.version, kind=kind, files=dict(files), saved_at=now))
        _thin(work)


def _thin(work: Work) -> None:
    """Keep the newest entries, those that were checked, and one an hour of the rest: no table grows forever."""
    checked = {attempt.version for attempt in work.attempts}
    hours: set[int] = set()
    for entry in list(reversed(work.versions[:-VERSIONS_KEPT])):
        hour = int(entry.saved_at // 3600)
        if entry.version not in checked and hour in hours:
            work.versions.remove(entry)
        hours.add(hour)


def _version_of(work: Work, files: Files) -> int:
    """Return the kept version that holds exactly `files`, made now if need be: an attempt can always be restored."""
    if work.version == 0 or dict(work.files) != dict(files):
        _put(work, files, "check")
    elif work.versions[-1].kind == "save":
        work.versions[-1].kind = "check"  # so that no later save overwrites what was checked
    return work.version


def _checked(work: Work) -> Files | None:
    """Return the files of the last attempt, which are kept with it (see `_thin`); None if they are the newest."""
    if not work.attempts or work.attempts[-1].version == work.version:
        return None
    files = db.session.scalar(
        select(WorkVersion.files).where(
            WorkVersion.work_id == work.id, WorkVersion.version == work.attempts[-1].version
        )
    )
    return dict(files) if files else None


def _saved(work: Work) -> Saved:
    return Saved(
        lesson=work.lesson,
        exercise=work.exercise,
        version=work.version,
        files=dict(work.files),
        saved_at=work.saved_at,
        hints_seen=work.hints_seen,
        solution_asked=work.solution_asked,
        passed=work.passed_at is not None,
        best=work.best,
        results=list(work.attempts[-1].results) if work.attempts else [],
        checked=_checked(work),
    )
