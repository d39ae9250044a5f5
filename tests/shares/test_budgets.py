"""Budgets: what is spent comes back with time, and how much is kept about them is bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.shares.budgets import Budget, MemoryStore
from course.shares.pace import Pace

MINUTE = Budget(points=60, seconds=60)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_a_full_budget_is_spent_at_once_and_comes_back_second_by_second() -> None:
    clock = Clock()
    store = MemoryStore(clock=clock)
    assert [store.take("Ada", MINUTE, 20) for _ in range(3)] == [0, 0, 0]
    assert store.take("Ada", MINUTE, 1) == pytest.approx(1)
    assert store.take("Grace", MINUTE, 60) == 0, "everybody has one of their own"
    clock.now += 1
    assert store.take("Ada", MINUTE, 1) == 0


def test_who_is_patient_is_told_how_long_and_stands_in_line() -> None:
    store = MemoryStore(clock=Clock())
    store.take("Ada", MINUTE, 60)
    assert [store.take("Ada", MINUTE, 1, patience=2.5) for _ in range(3)] == pytest.approx([1, 2, 3])
    assert store.take("Ada", MINUTE, 1, patience=2.5) == pytest.approx(3), "what was refused was not taken"


@given(
    st.lists(st.tuples(st.floats(0, 30), st.floats(0.1, 30)), max_size=60),
    st.floats(0, 10),
)
def test_no_span_of_time_gives_more_than_the_budget(steps: list[tuple[float, float]], patience: float) -> None:
    clock = Clock()
    store, taken = MemoryStore(clock=clock), 0.0
    begin = clock.now
    for pause, price in steps:
        clock.now += pause
        if store.take("Ada", MINUTE, price, patience) <= patience:
            taken += price
        assert taken <= 60 + (clock.now - begin) + patience + 1e-6


def test_however_many_names_there_are_only_so_many_are_kept() -> None:
    clock = Clock()
    store = MemoryStore(names=100, clock=clock)
    for number in range(1000):
        store.take(str(number), MINUTE, 60)
    assert len(store) <= 100
    assert store.take("999", MINUTE, 1) > 0, "the newest are known"


def test_budgets_that_are_full_again_are_forgotten() -> None:
    clock = Clock()
    store = MemoryStore(clock=clock)
    for number in range(50):
        store.take(str(number), MINUTE, 1)
    clock.now += 100
    for _ in range(50):
        store.take("Ada", MINUTE, 0.1)
    assert len(store) == 1


@given(st.lists(st.floats(0, 100), min_size=1, max_size=50))
def test_a_pace_is_kept_whatever_is_done(work: list[float]) -> None:
    clock = Clock()
    pace = Pace(10, 50, clock=clock, sleep=clock.sleep)
    begin = clock.now
    for points in work:
        pace.spend(points)
    assert sum(work) <= 50 + 10 * (clock.now - begin) + 1e-6


def test_the_others_get_a_turn_within_the_pace_too() -> None:
    clock, breaks = Clock(), []
    pace = Pace(1e6, 1e6, clock=clock, sleep=breaks.append)
    for _ in range(200):
        pace.spend(1)
    assert breaks == [0] * 10
