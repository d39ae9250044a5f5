"""A learner's own data: all of it to download, or to delete; or only the earlier versions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import undefer

from course.extensions import db
from course.progress import learners, notes
from course.progress.models import Answer, Attempt, Learner, Note, Work, WorkVersion
from course.progress.packed_files import unpacked
from course.progress.thinning import Held
from course.progress.writing import writing

VERSIONS_AT_ONCE = 20
"""As many are read from the database at a time: a download holds neither much memory nor a connection."""


@dataclass(frozen=True)
class KeptWork:
    """What is kept of one piece of work, in numbers."""

    lesson: str
    exercise: str
    versions: int
    attempts: int
    passed: bool


@dataclass(frozen=True)
class Summary:
    """What is kept about a learner, in numbers."""

    work: tuple[KeptWork, ...]
    answers: int
    notes: int
    bytes: int
    """The size of all versions, compressed."""


def summary(learner: str) -> Summary:
    """Return what is kept about a learner, in numbers."""
    versions = _count_by_work(WorkVersion)
    attempts = _count_by_work(Attempt)
    rows = db.session.execute(
        select(Work.lesson, Work.exercise, versions, attempts, Work.passed_at.is_not(None))
        .where(Work.learner_id == learner)
        .order_by(Work.lesson, Work.exercise)
    )
    size = db.session.scalar(select(Learner.kept_bytes).where(Learner.id == learner)) or 0
    kept = tuple(KeptWork(*row) for row in rows)
    return Summary(kept, _count_of(Answer, learner), _count_of(Note, learner), size)


def _count_of(table: type[Answer | Note], learner: str) -> int:
    return db.session.scalar(select(func.count()).select_from(table).where(table.learner_id == learner)) or 0


def _count_by_work(table: type[WorkVersion | Attempt]) -> Any:
    return select(func.count()).where(table.work_id == Work.id).scalar_subquery()


def export(learner: str) -> Iterator[str]:
    """Yield everything that is kept about a learner: one JSON object, in pieces."""
    yield f'{{"learner": {_json(learner)}, "work": ['
    works = db.session.scalars(select(Work).where(Work.learner_id == learner).order_by(Work.lesson, Work.exercise))
    plain = [(work.id, _work_json(work)) for work in works]
    for number, (work_id, told) in enumerate(plain):
        yield f'{", " if number else ""}{_json(told)[:-1]}, "versions": ['
        yield from _joined(_versions(work_id))
        yield "]}"
    yield '], "answers": '
    answers = db.session.scalars(select(Answer).where(Answer.learner_id == learner).order_by(Answer.id))
    fields = ("lesson", "question", "choices", "text", "correct", "created_at")
    yield _json([{field: getattr(answer, field) for field in fields} for answer in answers])
    yield f', "notes": {_json([asdict(note) for note in notes.of_learner(learner)])}}}\n'


def _work_json(work: Work) -> dict[str, Any]:
    attempts = db.session.scalars(select(Attempt).where(Attempt.work_id == work.id).order_by(Attempt.id.desc()))
    return {
        "lesson": work.lesson,
        "exercise": work.exercise,
        "version": work.version,
        "saved_at": work.saved_at,
        "passed": work.passed_at is not None,
        "hints_seen": work.hints_seen,
        "attempts": [
            {field: getattr(attempt, field) for field in ("version", "passed", "total", "created_at")}
            for attempt in attempts
        ],
    }


def _versions(work_id: int) -> Iterator[dict[str, Any]]:
    """Yield the versions of one piece of work, newest first."""
    before = None
    while True:
        query = select(WorkVersion).where(WorkVersion.work_id == work_id).options(undefer(WorkVersion.packed))
        if before is not None:
            query = query.where(WorkVersion.version < before)
        some = db.session.scalars(query.order_by(WorkVersion.version.desc()).limit(VERSIONS_AT_ONCE)).all()
        told = [
            {"version": each.version, "kind": each.kind, "saved_at": each.saved_at, "files": unpacked(each.packed)}
            for each in some
        ]
        before = some[-1].version if some else None
        db.session.rollback()  # gives the connection back while the reader takes its time
        yield from told
        if len(told) < VERSIONS_AT_ONCE:
            return


def _joined(values: Iterable[Any]) -> Iterator[str]:
    for number, value in enumerate(values):
        yield f"{', ' if number else ''}{_json(value)}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def forget_versions(learner: str) -> None:
    """Delete the earlier versions: of each piece of work the text itself stays, and what passed last."""
    with writing() as session:
        owner = learners.for_writing(session, learner)
        mine = select(Work.id).where(Work.learner_id == learner)
        passed_last = (
            select(func.max(WorkVersion.version))
            .where(WorkVersion.work_id == Work.id, WorkVersion.held.op("&")(Held.PASSED.value) != 0)
            .correlate(Work)
            .scalar_subquery()
        )
        keep = (
            select(WorkVersion.id)
            .join(Work, Work.id == WorkVersion.work_id)
            .where(Work.learner_id == learner)
            .where((WorkVersion.version == Work.version) | (WorkVersion.version == passed_last))
        )
        staying = list(session.scalars(keep))
        gone = (WorkVersion.work_id.in_(mine), WorkVersion.id.not_in(staying))
        session.execute(delete(WorkVersion).where(*gone).execution_options(synchronize_session=False))
        left = select(func.count(), func.coalesce(func.sum(WorkVersion.size), 0)).where(WorkVersion.work_id.in_(mine))
        owner.kept_versions, owner.kept_bytes = session.execute(left).one()
