"""What goes from the history, so that it doesn't grow for ever: of old versions one an hour stays.

Nothing goes that `Held` protects, nothing of the last day, none of a workspace's newest versions. Each new version
pays for a look at a few old ones, once for each: it costs the same however long the history is.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from enum import IntFlag
from itertools import pairwise

from flask_sqlalchemy.session import Session
from sqlalchemy import delete, select
from sqlalchemy.orm import scoped_session

from course.progress.learners import refuse_newcomers_if_full
from course.progress.models import Learner, Work, WorkVersion
from course.progress.not_kept import QuotaReached

VERSIONS_KEPT = 60
"""The newest versions of a workspace stay, however old they are."""
UNTOUCHED_SECONDS = 24 * 3600.0
HOUR_SECONDS = 3600.0
LOOKED_AT_ONCE = 8
"""More than one, so that a look catches up with what had to wait for a day to pass."""

QUOTA_BYTES = 20 * 1024 * 1024
"""Of one learner, compressed. The whole course, typed with every version kept, takes a tenth of it."""
QUOTA_VERSIONS = 3000
"""Of one learner: a day of typing without a pause, of which nothing may be thinned yet, makes 2,880."""


class Held(IntFlag):
    """Why a version stays."""

    TAB = 1
    """It is the last text of a tab, maybe one that was closed or lost its connection."""
    CONFLICT = 2
    """It is one side of a conflict."""
    PASSED = 4
    """It passed every check."""
    CHECKED = 8
    """A kept attempt leads to it."""


SLACK = 20
"""At the quota, a twentieth of it is freed at once."""

GIVEN_UP_AT_THE_QUOTA = (0, Held.CHECKED.value)
"""In this order, the oldest first."""


def make_room(session: scoped_session[Session], learner: Learner, *, size: int, versions: int) -> None:
    """Count `size` bytes more in `versions` more versions, for which old ones of the learner go if they must.

    Raises:
        QuotaReached: too few may go; then none has gone.
        SiteFull: they are new here, and the site is full.
    """
    if size > 0 or versions > 0:
        refuse_newcomers_if_full(session, learner.created_at)
        _keep_to_the_quota(session, learner, size, versions)
    learner.kept_bytes += size
    learner.kept_versions += versions


def thin(session: scoped_session[Session], learner: Learner, work: Work) -> None:
    """Look at the next few old versions of a workspace, and drop all but the newest of each hour."""
    if work.newest - work.thinned_through <= VERSIONS_KEPT:
        return
    mine = WorkVersion.work_id == work.id
    young = session.scalar(
        select(WorkVersion.version).where(mine).order_by(WorkVersion.version.desc()).offset(VERSIONS_KEPT - 1).limit(1)
    )
    if young is None:
        return
    horizon = time.time() - UNTOUCHED_SECONDS
    next_ones = session.execute(
        select(WorkVersion.id, WorkVersion.version, WorkVersion.saved_at, WorkVersion.held, WorkVersion.size)
        .where(mine, WorkVersion.version > work.thinned_through)
        .order_by(WorkVersion.version)
        .limit(LOOKED_AT_ONCE + 1)
    ).all()
    gone = []
    for each, following in pairwise(next_ones):
        if each.version >= young or each.saved_at >= horizon:
            break
        if not each.held and each.saved_at // HOUR_SECONDS == following.saved_at // HOUR_SECONDS:
            gone.append((each.id, each.size))
        work.thinned_through = each.version
    _drop(session, learner, gone)


def _keep_to_the_quota(session: scoped_session[Session], learner: Learner, size: int, versions: int) -> None:
    """Drop old versions until there is room for more; if any must go, a few more go, so that the next save needn't."""
    bytes_over = learner.kept_bytes + size - QUOTA_BYTES
    versions_over = learner.kept_versions + versions - QUOTA_VERSIONS
    if bytes_over <= 0 and versions_over <= 0:
        return
    gone: list[tuple[int, int]] = []
    freed = 0
    for each in _what_may_go(session, learner):
        if freed >= bytes_over + QUOTA_BYTES // SLACK and len(gone) >= versions_over + QUOTA_VERSIONS // SLACK:
            break
        gone.append(each)
        freed += each[1]
    if freed < bytes_over or len(gone) < versions_over:
        raise QuotaReached
    _drop(session, learner, gone)


def _what_may_go(session: scoped_session[Session], learner: Learner) -> Iterator[tuple[int, int]]:
    """Yield id and size of what the quota may take."""
    for held in GIVEN_UP_AT_THE_QUOTA:
        oldest_first = session.execute(
            select(WorkVersion.id, WorkVersion.size)
            .join(Work, Work.id == WorkVersion.work_id)
            .where(
                Work.learner_id == learner.id,
                WorkVersion.held == held,
                WorkVersion.saved_at < time.time() - UNTOUCHED_SECONDS,
                WorkVersion.version != Work.version,
            )
            .order_by(WorkVersion.saved_at)
        )
        yield from ((each.id, each.size) for each in oldest_first)


def _drop(session: scoped_session[Session], learner: Learner, gone: Iterable[tuple[int, int]]) -> None:
    sizes = dict(gone)
    if sizes:
        session.execute(delete(WorkVersion).where(WorkVersion.id.in_(sizes)))
        learner.kept_versions -= len(sizes)
        learner.kept_bytes -= sum(sizes.values())
