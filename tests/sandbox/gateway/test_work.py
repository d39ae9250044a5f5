"""The budget of a sandbox: who keeps to it is never held up, who does not is slowed down, then ended."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from course.sandbox.gateway.ends import OVERWORKED, SLOWED
from course.sandbox.gateway.work import BURST_SECONDS, OVERWORK_SECONDS, TURN, Overworked, Work

PER_SECOND = 1_000_000
BURST = PER_SECOND * BURST_SECONDS


class Clock:
    def __init__(self):
        self.now, self.pauses = 0.0, []

    def __call__(self):
        return self.now

    def pause(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def told():
    return []


@pytest.fixture
def work(clock, told):
    return Work(PER_SECOND, told.append, clock=clock, pause=clock.pause)


def test_a_burst_passes_without_a_wait_but_gives_the_others_turns(work, clock, told):
    for _ in range(int(BURST) // 1000):
        work.spend(1000)
    assert set(clock.pauses) == {0}
    assert len(clock.pauses) == int(BURST) // 1000 // -(-TURN // 1000)
    assert told == []


def test_small_work_needs_no_turn(work, clock):
    work.spend(TURN - 1)
    assert clock.pauses == []


def test_more_has_to_wait_and_its_learner_is_told_once(work, clock, told):
    work.spend(int(BURST) + PER_SECOND)
    work.spend(PER_SECOND)
    assert clock.pauses == [1.0, 1.0]
    assert told == [SLOWED]


def test_rest_gives_back_no_more_than_the_burst(work, clock):
    clock.now += 1000
    work.spend(int(BURST) + PER_SECOND)
    assert clock.pauses == [1.0]


def test_a_pause_is_never_too_short_to_collect_what_comes_meanwhile(work, clock):
    work.spend(int(BURST) + 1)
    assert clock.pauses == [0.01]


@given(some.lists(some.integers(1, 300_000), min_size=1, max_size=200))
def test_over_time_the_rate_holds_whatever_the_pieces(pieces):
    clock = Clock()
    work = Work(PER_SECOND, clock=clock, pause=clock.pause)
    spent = 0
    for piece in pieces:
        try:
            work.spend(piece)
        except Overworked:
            break
        spent += piece
        assert spent <= BURST + clock.now * PER_SECOND + 1


def test_who_goes_on_for_too_long_is_ended_and_may_come_back_later(work, clock, told):
    with pytest.raises(Overworked):
        while clock.now < OVERWORK_SECONDS * 2:
            work.spend(PER_SECOND)
    assert clock.now == pytest.approx(OVERWORK_SECONDS, abs=2)
    with pytest.raises(Overworked):
        work.spend(1)
    assert told == [SLOWED, OVERWORKED.words]
    clock.now += 10
    work.spend(1)
    work.spend(2 * PER_SECOND)
    assert told == [SLOWED, OVERWORKED.words, SLOWED]


def test_connections_that_come_together_share_the_rate(clock):
    """Each pause lasts until all that was asked for before it is paid."""
    pauses = []
    work = Work(PER_SECOND, clock=clock, pause=pauses.append)
    work.spend(int(BURST))
    for _ in range(3):
        work.spend(PER_SECOND)
    assert [pause for pause in pauses if pause] == [1.0, 2.0, 3.0]
