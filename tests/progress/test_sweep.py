"""Who has not been here for long is swept away, and nobody else."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select, update

from course.extensions import db
from course.progress import answers, learners, notes, sweep, work
from course.progress.answers import Answered
from course.progress.models import ForgottenLearner, Learner
from course.progress.sweep import Retention

LESSON, DAY = "lesson", 24 * 3600.0
RETENTION = Retention(learner_days=100, visitor_days=10)

pytestmark = pytest.mark.usefixtures("app")


def away(learner: str, days: float, *, stayed: float = 60.0) -> None:
    """Let a learner have come and gone so many days ago."""
    seen = time.time() - days * DAY
    change = update(Learner).where(Learner.id == learner).values(seen_at=seen, created_at=seen - stayed)
    db.session.execute(change)
    db.session.commit()


def typed(learner: str) -> None:
    work.save(learner, LESSON, "echo", {"server.py": "typed"})


def answered(learner: str) -> None:
    answers.record(learner, LESSON, Answered("q", "v", (), "", False))


def checked(learner: str) -> None:
    work.record_attempt(learner, LESSON, "echo", {"server.py": "checked"}, [{"outcome": "failed"}], 1)


def noted(learner: str) -> None:
    notes.add(learner, LESSON, "v", "", "a note")


@pytest.mark.parametrize(
    ("did", "days", "stayed", "goes"),
    [
        (typed, 9, 60, False),
        (typed, 11, 60, True),
        (typed, 11, 2 * 3600, False),
        (answered, 11, 60, False),
        (checked, 11, 60, False),
        (noted, 11, 60, False),
        (typed, 101, 2 * 3600, True),
        (checked, 99, 60, False),
        (checked, 101, 60, True),
    ],
)
def test_it_takes_whom_nobody_will_miss(did: object, days: float, stayed: float, goes: bool) -> None:
    for learner in ("idle", "here"):
        did(learner)  # type: ignore[operator]
    away("idle", days, stayed=stayed)
    assert list(sweep.idle(RETENTION).learners) == (["idle"] if goes else [])
    assert db.session.get(Learner, "idle") is not None, "looking takes nobody"
    sweep.sweep(RETENTION)
    there = set(db.session.scalars(select(Learner.id)))
    assert there == ({"here"} if goes else {"here", "idle"})
    if goes:
        typed("idle")  # comes back as somebody new
        assert work.find("idle", LESSON, "echo") is not None


def test_zero_days_are_for_ever() -> None:
    typed("idle")
    away("idle", 10_000)
    assert sweep.sweep(Retention(0, 0)).learners == []


def test_whoever_comes_back_meanwhile_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    for learner in ("first", "second"):
        typed(learner)
        away(learner, 101)
    found = sweep.idle(RETENTION)
    work.save("second", LESSON, "echo", {"server.py": "back"}, kind="loaded")
    monkeypatch.setattr(sweep, "idle", lambda _: found)
    sweep.sweep(RETENTION)
    assert list(db.session.scalars(select(Learner.id))) == ["second"]


def test_the_deleted_are_remembered_for_longer_than_a_cookie_lives() -> None:
    learners.forget("gone")
    for days, remembered in ((366, True), (sweep.FORGOTTEN_DAYS + 1, False)):
        db.session.execute(update(ForgottenLearner).values(at=time.time() - days * DAY))
        db.session.commit()
        sweep.sweep(RETENTION)
        assert learners.is_forgotten("gone") is remembered
