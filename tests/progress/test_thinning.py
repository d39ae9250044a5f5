"""Whatever a learner does and however much time passes: what must stay is there, and the quota holds."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from course.extensions import db
from course.progress import answers, history, learners, own_data, thinning, work
from course.progress.answers import Answered
from course.progress.models import Learner, Work, WorkVersion
from course.progress.not_kept import QuotaReached, SiteFull
from course.progress.packed_files import unpacked
from tests.stage.cases import cases

LESSON = "lesson"
DAY, HOUR, MINUTE = 24 * 3600.0, 3600.0, 60.0
VERSIONS, BYTES, NEWEST = 14, 1400, 4
"""Small enough to be reached in a few steps."""

pytestmark = pytest.mark.usefixtures("app")


class Clock:
    """The time that the modules of progress see."""

    def __init__(self) -> None:
        self.now = 1_000_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in (history, learners, thinning, work):
        if hasattr(module, "time"):
            monkeypatch.setattr(module, "time", SimpleNamespace(time=clock.time, monotonic=time.monotonic))
    return clock


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thinning, "QUOTA_VERSIONS", VERSIONS)
    monkeypatch.setattr(thinning, "QUOTA_BYTES", BYTES)
    monkeypatch.setattr(thinning, "VERSIONS_KEPT", NEWEST)
    monkeypatch.setattr(work, "ATTEMPTS_KEPT", 3)


@dataclass
class Told:
    """What a learner was told is kept in one workspace, by its text."""

    kept_at: dict[str, float] = field(default_factory=dict)
    last_of_tab: dict[str, str] = field(default_factory=dict)
    for_good: set[str] = field(default_factory=set)
    """Sides of conflicts, and what passed."""

    def keep(self, text: str, tab: str, now: float) -> None:
        self.kept_at[text] = now
        self.last_of_tab[tab] = text

    def protected(self, now: float) -> set[str]:
        young = {text for text, at in self.kept_at.items() if now - at < DAY}
        return young | set(self.last_of_tab.values()) | self.for_good


def texts_in(learner: str, workspace: str) -> dict[str, tuple[int, float]]:
    """Return every kept text with its size and time."""
    rows = db.session.execute(
        select(WorkVersion.packed, WorkVersion.size, WorkVersion.saved_at)
        .join(Work)
        .where(Work.learner_id == learner, Work.exercise == workspace)
    )
    return {unpacked(row.packed)["a"]: (row.size, row.saved_at) for row in rows}


WORKSPACES, TABS = ("echo", "rooms"), ("one", "two", "three")
STEPS = st.one_of(
    st.tuples(st.just("save"), st.sampled_from(WORKSPACES), st.sampled_from(TABS), st.integers(0, 90)),
    st.tuples(st.just("conflict"), st.sampled_from(WORKSPACES), st.sampled_from(TABS), st.integers(0, 90)),
    st.tuples(st.just("pass"), st.sampled_from(WORKSPACES), st.just(""), st.integers(0, 90)),
    st.tuples(st.just("fail"), st.sampled_from(WORKSPACES), st.just(""), st.integers(0, 90)),
    st.tuples(st.just("wait"), st.just(""), st.just(""), st.sampled_from([MINUTE, 20 * MINUTE, 2 * HOUR, DAY + 1])),
)
LEARNERS = itertools.count()


@given(st.lists(STEPS, max_size=50))
@settings(max_examples=cases(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_must_stay_is_there_and_the_quota_holds(
    clock: Clock, small: None, steps: list[tuple[str, str, str, float]]
) -> None:
    me, told = f"{next(LEARNERS):032d}", {workspace: Told() for workspace in WORKSPACES}
    for number, (act, workspace, tab, amount) in enumerate(steps):
        clock.now += amount if act == "wait" else MINUTE
        if act == "wait":
            continue
        text = f"{number} " + "".join(chr(0x4E00 + (number * 97 + place * 31) % 20000) for place in range(int(amount)))
        do(me, workspace, told[workspace], act, tab, text, clock.now)
        there = {each: texts_in(me, each) for each in WORKSPACES}
        for each in WORKSPACES:
            assert told[each].protected(clock.now) <= set(there[each]), (number, act)
        sizes = [size for texts in there.values() for size, _ in texts.values()]
        learner = db.session.get(Learner, me) or Learner(kept_versions=0, kept_bytes=0)
        assert (learner.kept_versions, learner.kept_bytes) == (len(sizes), sum(sizes))
        assert learner.kept_versions <= VERSIONS and learner.kept_bytes <= BYTES
        db.session.remove()


def do(me: str, workspace: str, told: Told, act: str, tab: str, text: str, now: float) -> None:
    before = work.find(me, LESSON, workspace)
    try:
        if act == "save":
            work.save(me, LESSON, workspace, {"a": text}, tab=tab)
            told.keep(text, tab, now)
        elif act == "conflict" and before is not None and before.version > 1:
            with pytest.raises(work.Conflict) as conflict:
                work.save(me, LESSON, workspace, {"a": text}, base_version=before.version - 1, tab=tab)
            assert conflict.value.files == before.files
            told.for_good.add(before.files["a"])
            if text in texts_in(me, workspace):
                told.keep(text, tab, now)
                told.for_good.add(text)
        elif act in ("pass", "fail"):
            work.record_attempt(me, LESSON, workspace, {"a": text}, [{"outcome": f"{act}ed"}], 1)
            saved = work.find(me, LESSON, workspace)
            assert saved is not None and (saved.passed or act == "fail")
            if text in texts_in(me, workspace):
                told.keep(text, "", now)
                if act == "pass":
                    told.for_good.add(text)
    except QuotaReached:
        assert before == work.find(me, LESSON, workspace), "a refused save changes nothing"


def test_a_save_is_refused_only_when_too_little_may_go(clock: Clock, small: None) -> None:
    me = "a" * 32
    for number in range(VERSIONS):
        work.save(me, LESSON, "echo", {"a": str(number)}, kind="loaded")
        clock.now += MINUTE
    with pytest.raises(QuotaReached, match="This browser keeps your code"):
        work.save(me, LESSON, "rooms", {"a": "of the same day"})
    clock.now += DAY
    work.save(me, LESSON, "rooms", {"a": "a day later"})
    assert set(texts_in(me, "echo")) == {str(number) for number in range(1, VERSIONS)}, "the oldest one went"


def test_what_is_held_by_a_failed_attempt_alone_goes_last_and_goes_before_a_refusal(clock: Clock, small: None) -> None:
    me = "a" * 32
    work.record_attempt(me, LESSON, "echo", {"a": "checked"}, [{"outcome": "failed"}], 1)
    clock.now += DAY + 1
    for number in range(VERSIONS - 1):
        work.save(me, LESSON, "echo", {"a": str(number)}, kind="loaded", tab=str(number))
    db.session.execute(WorkVersion.__table__.update().where(WorkVersion.kind == "check").values(held=8))
    db.session.commit()
    work.save(me, LESSON, "echo", {"a": "one more"}, kind="loaded", tab="one more")
    assert "checked" not in texts_in(me, "echo")
    saved = work.find(me, LESSON, "echo")
    assert saved is not None and saved.checked is None and saved.results


def test_of_old_versions_one_an_hour_stays(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    me, began = "a" * 32, clock.now
    for number in range(200):
        work.save(me, LESSON, "echo", {"a": str(number)}, tab="one")
        clock.now += 10 * MINUTE
    young = {str(number) for number in range(200) if clock.now - 10 * MINUTE - (began + number * 10 * MINUTE) < DAY}
    there = texts_in(me, "echo")
    assert young <= set(there)
    old_hours = [at // HOUR for text, (_, at) in there.items() if text not in young]
    assert len(old_hours) == len(set(old_hours)) and 3 <= len(old_hours)
    assert len(there) < 175


def test_what_was_checked_stays_however_much_is_typed_afterwards(clock: Clock) -> None:
    me = "a" * 32
    work.record_attempt(me, LESSON, "echo", {"a": "checked"}, [{"outcome": "failed"}], 1)
    for number in range(200):
        clock.now += 5 * MINUTE
        work.save(me, LESSON, "echo", {"a": str(number)}, tab="one")
    clock.now += 2 * DAY
    for number in range(200, 230):
        clock.now += MINUTE
        work.save(me, LESSON, "echo", {"a": str(number)}, tab="one")
    there = texts_in(me, "echo")
    assert "checked" in there and "0" not in there


def test_a_learner_can_make_room_themselves(clock: Clock, small: None) -> None:
    me = "a" * 32
    work.record_attempt(me, LESSON, "echo", {"a": "passed"}, [{"outcome": "passed"}], 1)
    for number in range(VERSIONS - 2):
        work.save(me, LESSON, "echo", {"a": str(number)}, kind="loaded", tab=str(number))
    work.save(me, LESSON, "rooms", {"a": "present"})
    with pytest.raises(QuotaReached):
        work.save(me, LESSON, "rooms", {"a": "one more"}, kind="loaded")
    own_data.forget_versions(me)
    assert set(texts_in(me, "echo")) == {"passed", str(VERSIONS - 3)}
    assert set(texts_in(me, "rooms")) == {"present"}
    learner = db.session.get(Learner, me)
    assert learner is not None and learner.kept_versions == 3
    assert learner.kept_bytes == db.session.scalar(select(func.sum(WorkVersion.size)))
    work.save(me, LESSON, "rooms", {"a": "one more"}, kind="loaded")


def test_an_attempt_counts_where_there_is_no_room_for_its_files(clock: Clock, small: None) -> None:
    me = "a" * 32
    for number in range(VERSIONS):
        work.save(me, LESSON, "echo", {"a": str(number)}, kind="loaded")
    work.record_attempt(me, LESSON, "echo", {"a": "good"}, [{"outcome": "passed"}], 1)
    saved = work.find(me, LESSON, "echo")
    assert saved is not None and saved.passed and saved.files == {"a": str(VERSIONS - 1)}


def test_a_crowd_of_newcomers_fills_the_site_for_newcomers_only(app: Flask, clock: Clock) -> None:
    work.save("before", LESSON, "echo", {"a": "before"})
    clock.now += DAY
    work.save("newcomer", LESSON, "echo", {"a": "a little"})
    app.config["STORAGE_BYTES"] = 1000
    for newcomer in ("newcomer", "another"):
        with pytest.raises(SiteFull, match="no room for newcomers"):
            work.save(newcomer, LESSON, "echo", {"a": "more"}, kind="loaded")
    with pytest.raises(SiteFull):
        answers.record("another", LESSON, Answered("q", "v", (), "", True))
    work.save("before", LESSON, "echo", {"a": "goes on"}, kind="loaded")
    assert db.session.get(Learner, "another") is None
