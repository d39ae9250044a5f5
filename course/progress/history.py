"""The versions of a piece of work: how one is added, and how the history is read, a page at a time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from flask_sqlalchemy.session import Session
from sqlalchemy import ScalarSelect, func, select, update
from sqlalchemy.orm import scoped_session

from course.extensions import db
from course.progress import thinning
from course.progress.models import Attempt, Learner, Work, WorkVersion
from course.progress.not_kept import QuotaReached, SiteFull
from course.progress.packed_files import Files, FilesToKeep, unpacked
from course.progress.thinning import Held

SAVE_EVERY_SECONDS = 30.0
"""Saves of one tab closer together than this share one entry."""
PAGE = 30

Number = int | ScalarSelect[Any]
"""The number of a version, or what the database finds it by."""


@dataclass(frozen=True)
class Entry:
    """A version as the history lists it."""

    version: int
    kind: str
    saved_at: float
    attempt: tuple[int, int] | None
    """How many checks of how many it passed when it was last checked; None if it was not."""


# Reading


def page(learner: str, lesson: str, exercise: str, *, before: int | None = None) -> tuple[list[Entry], bool]:
    """Return a page of the history, newest first, without files; and whether there are older versions still.

    It ends before the version `before`; without one it is the first page.
    """
    query = select(WorkVersion.version, WorkVersion.kind, WorkVersion.saved_at).join(Work)
    query = query.where(Work.learner_id == learner, Work.lesson == lesson, Work.exercise == exercise)
    if before is not None:
        query = query.where(WorkVersion.version < before)
    rows = db.session.execute(query.order_by(WorkVersion.version.desc()).limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    attempts = _attempts(learner, lesson, exercise, [row.version for row in shown])
    entries = [Entry(row.version, row.kind, row.saved_at, attempts.get(row.version)) for row in shown]
    return entries, len(rows) > PAGE


def _attempts(learner: str, lesson: str, exercise: str, versions: list[int]) -> dict[int, tuple[int, int]]:
    rows = db.session.execute(
        select(Attempt.version, Attempt.passed, Attempt.total)
        .join(Work, Work.id == Attempt.work_id)
        .where(Work.learner_id == learner, Work.lesson == lesson, Work.exercise == exercise)
        .where(Attempt.version.in_(versions))
        .order_by(Attempt.id)
    )
    return {row.version: (row.passed, row.total) for row in rows}


def files_of(learner: str, lesson: str, exercise: str, version: int) -> Files:
    """Return the files of one version.

    Raises:
        KeyError: it is not kept.
    """
    packed = db.session.scalar(
        select(WorkVersion.packed)
        .join(Work, Work.id == WorkVersion.work_id)
        .where(Work.learner_id == learner, Work.lesson == lesson, Work.exercise == exercise)
        .where(WorkVersion.version == version)
    )
    if packed is None:
        raise KeyError(version)
    return unpacked(packed)


# Writing: the caller holds the writer lock


def entry(session: scoped_session[Session], work: Work, version: int) -> WorkVersion | None:
    """Return a version, its files not yet read."""
    mine = (WorkVersion.work_id == work.id, WorkVersion.version == version)
    return session.scalars(select(WorkVersion).where(*mine)).first()


def put(
    session: scoped_session[Session], learner: Learner, work: Work, kept: FilesToKeep, *, kind: str, tab: str
) -> WorkVersion:
    """Make `kept` the newest version, which the editor holds from now on.

    Raises:
        QuotaReached, SiteFull: there is no room.
    """
    newest = entry(session, work, work.newest)
    if newest and newest.digest == kept.digest:
        if newest.version > work.version:
            newest.kind = kind  # the copy that lost a conflict, and was chosen after all
    elif newest and _goes_on(newest, work, kind, tab):
        thinning.make_room(session, learner, size=len(kept.packed) - newest.size, versions=0)
        # One entry represents a burst of typing; it keeps the time of the first save, so that bursts end.
        newest.version = work.newest = work.newest + 1
        newest.digest, newest.size, newest.packed = kept.digest, len(kept.packed), kept.packed
    else:
        newest = _add(session, learner, work, kept, kind=kind, tab=tab, held=Held.TAB)
        thinning.thin(session, learner, work)
    work.version = newest.version
    work.saved_at = time.time()
    return newest


def keep_both(session: scoped_session[Session], learner: Learner, work: Work, refused: FilesToKeep, tab: str) -> None:
    """Keep both sides of a conflict for good: what is there, and the copy that was refused, if there is room."""
    hold(session, work, work.version, Held.CONFLICT)
    newest = entry(session, work, work.newest)
    if newest and newest.digest == refused.digest:
        return  # asked again
    try:
        _add(session, learner, work, refused, kind="conflict", tab=tab, held=Held.CONFLICT | Held.TAB)
    except (QuotaReached, SiteFull):
        return  # the browser that was refused has it


def hold(session: scoped_session[Session], work: Work, version: int, why: Held) -> None:
    """Protect a version from being thinned."""
    _change(session, work, version, WorkVersion.held.op("|")(why.value))


def let_go(session: scoped_session[Session], work: Work, version: Number, why: Held) -> None:
    """Take one reason back."""
    _change(session, work, version, WorkVersion.held.op("&")(~why.value))


def _change(session: scoped_session[Session], work: Work, version: Number, held: object) -> None:
    session.execute(
        update(WorkVersion)
        .where(WorkVersion.work_id == work.id, WorkVersion.version == version)
        .values(held=held)
        .execution_options(synchronize_session="fetch")
    )


def _goes_on(newest: WorkVersion, work: Work, kind: str, tab: str) -> bool:
    """Return whether a save continues the burst of typing that the newest version stands for."""
    return (
        newest.version == work.version
        and kind == newest.kind == "save"
        and tab == newest.tab
        and newest.held in (0, Held.TAB)
        and time.time() - newest.saved_at < SAVE_EVERY_SECONDS
    )


def _add(
    session: scoped_session[Session],
    learner: Learner,
    work: Work,
    kept: FilesToKeep,
    *,
    kind: str,
    tab: str,
    held: Held,
) -> WorkVersion:
    thinning.make_room(session, learner, size=len(kept.packed), versions=1)
    of_tab = select(func.max(WorkVersion.version)).where(WorkVersion.work_id == work.id, WorkVersion.tab == tab)
    let_go(session, work, of_tab.scalar_subquery(), Held.TAB)
    work.newest += 1
    added = WorkVersion(
        work_id=work.id,
        version=work.newest,
        kind=kind,
        saved_at=time.time(),
        tab=tab,
        held=held.value,
        digest=kept.digest,
        size=len(kept.packed),
        packed=kept.packed,
    )
    session.add(added)
    session.flush()
    return added
