"""A save costs the same however long the history is: counted in SQLite's own instructions, not in time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, insert, select, update

from course.extensions import db
from course.progress import answers, history, thinning, work
from course.progress.answers import Answered
from course.progress.models import Answer, Learner, Work, WorkVersion
from course.progress.not_kept import QuotaReached
from course.progress.packed_files import FilesToKeep
from course.progress.thinning import Held

LESSON, EXERCISE = "lesson", "exercise"
PROGRAM = "x = 1  # a line of a program\n" * 50
FEW, MANY = 10, 10_000
FREE = Held(0)
MORE_STATEMENTS = 2
"""A short history has nothing that could be thinned."""
MORE_INSTRUCTIONS = 1500
"""Looking at a few old versions costs some hundred; a scan of ten thousand rows costs some ten thousand."""
HOUR = 3600.0
IN_A_ROW = 60
QUOTA = thinning.QUOTA_VERSIONS

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def room_for_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thinning, "QUOTA_VERSIONS", 3 * MANY)
    monkeypatch.setattr(thinning, "QUOTA_BYTES", 3 * MANY * 1000)


class Count:
    """What the database did."""

    statements = 0
    instructions = 0


@contextmanager
def counted() -> Iterator[Count]:
    count = Count()

    def one_more_statement(*_: object) -> None:
        count.statements += 1

    def one_more_instruction() -> int:
        count.instructions += 1
        return 0

    db.session.remove()
    connection = db.engine.raw_connection()
    driver = connection.driver_connection
    connection.close()  # the pool has this one connection, and gives it to whoever comes next
    driver.set_progress_handler(one_more_instruction, 1)
    event.listen(db.engine, "before_cursor_execute", one_more_statement)
    try:
        yield count
    finally:
        event.remove(db.engine, "before_cursor_execute", one_more_statement)
        driver.set_progress_handler(None, 1)


def with_history(length: int, *, held: Held = FREE, apart: float = HOUR, tabs: int = 1) -> str:
    """Return a learner whose workspace has so many versions, the newest one of just now."""
    me = f"{length:032d}"
    work.save(me, LESSON, EXERCISE, {"server.py": "first"}, kind="loaded")
    work_id = db.session.scalar(select(Work.id).where(Work.learner_id == me))
    kept, now = FilesToKeep({"server.py": PROGRAM}), time.time()
    db.session.execute(
        insert(WorkVersion),
        [
            {
                "work_id": work_id,
                "version": number + 1,
                "kind": "save",
                "tab": f"tab {number % tabs}",
                "held": held.value,
                "saved_at": now - (length - number) * apart,
                "digest": f"{number}",
                "size": len(kept.packed),
                "packed": kept.packed,
            }
            for number in range(1, length)
        ],
    )
    db.session.execute(
        update(WorkVersion)
        .where(WorkVersion.work_id == work_id, WorkVersion.version == length)
        .values(held=Held.TAB.value)
    )
    db.session.execute(update(Work).where(Work.id == work_id).values(version=length, newest=length))
    size = len(kept.packed) * length
    db.session.execute(update(Learner).where(Learner.id == me).values(kept_versions=length, kept_bytes=size))
    db.session.commit()
    return me


def save(me: str, text: str, **more: str) -> None:
    work.save(me, LESSON, EXERCISE, {"server.py": PROGRAM + text}, **more)  # type: ignore[arg-type]


def conflict(me: str) -> None:
    with pytest.raises(work.Conflict):
        work.save(me, LESSON, EXERCISE, {"server.py": "mine"}, base_version=3)


ACTS: dict[str, Callable[[str], object]] = {
    "typed in a burst": lambda me: (save(me, "a", tab="t"), save(me, "b", tab="t")),
    "a version of its own": lambda me: save(me, "a", kind="loaded", tab="t"),
    "the same again": lambda me: (save(me, "a"), save(me, "a")),
    "a conflict": conflict,
    "a checked program": lambda me: work.record_attempt(me, LESSON, EXERCISE, {"server.py": "c"}, [], 1),
    "an old version brought back": lambda me: work.restore(me, LESSON, EXERCISE, 5),
    "a page of the history": lambda me: history.page(me, LESSON, EXERCISE),
    "an older page": lambda me: history.page(me, LESSON, EXERCISE, before=9),
    "the files of a version": lambda me: history.files_of(me, LESSON, EXERCISE, 4),
    "what a page begins with": lambda me: work.all_of(me, LESSON),
    "the standing": lambda me: work.standings(me),
}


@pytest.mark.parametrize(
    "kind",
    [
        {"held": FREE, "apart": HOUR / 6},
        {"held": FREE, "apart": 1.0},
        {"held": Held.TAB | Held.CONFLICT | Held.PASSED, "tabs": 3},
    ],
    ids=["free", "of today", "protected"],
)
def test_it_costs_the_same_at_ten_and_at_ten_thousand_versions(kind: dict[str, float]) -> None:
    first, few, many = (with_history(length, **kind) for length in (FEW, FEW + 1, MANY))  # type: ignore[arg-type]
    for name, act in ACTS.items():
        act(first)  # each kind of statement is compiled
        with counted() as cheap:
            act(few)
        with counted() as dear:
            act(many)
        assert cheap.instructions > 0, name
        assert dear.statements <= cheap.statements + MORE_STATEMENTS, name
        assert dear.instructions < cheap.instructions + MORE_INSTRUCTIONS, name


@pytest.mark.parametrize("held", [FREE, Held.PASSED], ids=["of which some may go", "of which none may go"])
def test_at_the_quota_a_save_in_a_row_costs_what_it_costs_elsewhere(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thinning, "QUOTA_VERSIONS", QUOTA)
    few, full = with_history(FEW), with_history(QUOTA - 1, held=held)

    def saves(me: str) -> int:
        refused = 0
        for number in range(IN_A_ROW):
            try:
                save(me, str(number), kind="loaded")
            except QuotaReached:
                refused += 1
        return refused

    assert saves(with_history(FEW + 1)) == 0
    with counted() as cheap:
        saves(few)
    with counted() as dear:
        refused = saves(full)
    assert refused == (IN_A_ROW - 1 if held else 0)
    assert dear.instructions < cheap.instructions + IN_A_ROW * MORE_INSTRUCTIONS


def test_a_thousand_answers_to_one_question_cost_and_leave_no_more_than_a_few() -> None:
    def answer(text: str) -> None:
        answers.record("a" * 32, LESSON, Answered("q", "v1", (), text, False))

    for number in range(answers.ANSWERS_KEPT + 2):
        answer(str(number))
    with counted() as early:
        answer("early")
    for number in range(100):
        answer(f"again {number}")
    with counted() as late:
        answer("late")
    assert (late.statements, late.instructions) == (early.statements, early.instructions)
    kept = db.session.execute(select(Answer.text, Answer.first).order_by(Answer.id)).all()
    assert len(kept) == answers.ANSWERS_KEPT + 1
    assert (kept[0].text, kept[0].first, kept[-1].text) == ("0", True, "late")
