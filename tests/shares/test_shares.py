"""What a learner and an address may have: a wait first, then a sentence with a time; never for a workshop's network."""

from datetime import date

import pytest

from course.shares import prices
from course.shares.budgets import MemoryStore
from course.shares.exceptions import read_exceptions
from course.shares.neighbours import A_CLASS, Neighbours
from course.shares.shares import OverShare, Shares
from tests.shares.test_budgets import Clock


def shares(exceptions: str = "") -> tuple[Shares, Clock]:
    clock = Clock()
    store = MemoryStore(clock=clock)
    made = Shares(read_exceptions(exceptions), store=store, today=lambda: date(2027, 1, 1), sleep=clock.sleep)
    return made, clock


def refused_after(spend) -> int:  # type: ignore[no-untyped-def]
    """Return how often it may be done before it is refused."""
    for count in range(10_000):
        try:
            spend()
        except OverShare as refusal:
            assert (refusal.retry_seconds >= 1 and "Try again" in str(refusal)) or "then try again" in str(refusal)
            return count
    raise AssertionError("it is never refused")


@pytest.mark.parametrize("event", ["run", "check", "save", "stop", "sudo", ""])
def test_every_event_has_a_price_unknown_ones_too(event: str) -> None:
    site, clock = shares()
    begin, count = clock.now, 0
    while clock.now == begin and count < 1000:
        site.spend("Ada", event)
        count += 1
    assert (12 if event == "run" else 20) <= count <= 301, "then one waits"
    other = clock.now
    site.spend("Grace", event)
    assert clock.now == other, "nobody else does"


def test_one_waits_and_is_refused_only_when_that_does_not_help() -> None:
    waits: list[float] = []  # of requests that come side by side: none waits for the one before
    side_by_side = Shares(store=MemoryStore(clock=Clock()), sleep=waits.append)
    assert refused_after(lambda: side_by_side.spend("Ada", "history")) == 65
    assert waits == pytest.approx([1, 2, 3, 4, 5, prices.PATIENCE_SECONDS])


def test_runs_come_one_after_the_other_and_a_minute_still_has_sixty() -> None:
    side_by_side = Shares(store=MemoryStore(clock=Clock()), sleep=lambda seconds: None)
    assert refused_after(lambda: side_by_side.spend("Ada", "run")) <= 12 + prices.PATIENCE_SECONDS
    in_turn, clock = shares()
    begin = clock.now
    for _ in range(60):
        in_turn.spend("Ada", "run")
    assert clock.now - begin < 60


@pytest.mark.parametrize("what", sorted(prices.ADDRESS))
def test_an_address_begins_only_so_much_that_is_new(what: str) -> None:
    clock = Clock()
    site = Shares(store=MemoryStore(clock=clock), sleep=lambda seconds: None)
    most = refused_after(lambda: site.begin("203.0.113.7", what))
    assert prices.ADDRESS[what].points <= most <= prices.ADDRESS[what].points + 30
    site.begin("203.0.113.8", what)
    with pytest.raises(OverShare):
        site.begin("::ffff:203.0.113.7", what)


@pytest.mark.parametrize("address", ["203.0.113.7", "127.0.0.1", "::1", None])
def test_an_excepted_network_and_this_machine_are_not_limited(address: str | None) -> None:
    site, clock = shares("203.0.113.0/24 until 2027-01-01")
    begin = clock.now
    for _ in range(1000):
        site.begin(address, "check")
        site.connect(address)
    assert clock.now == begin


def test_open_connections_of_an_address_are_counted_and_given_back() -> None:
    clock = Clock()
    site = Shares(store=MemoryStore(clock=clock), sleep=clock.sleep)
    for _ in range(prices.CONNECTIONS_OF_ADDRESS):
        site.connect("2001:db8::1")
    clock.now += 3600
    with pytest.raises(OverShare):
        site.connect("2001:db8::2")
    site.disconnect("2001:db8::1")
    site.connect("2001:db8::2")


def test_an_address_weighs_as_much_as_it_has_learners_with_kept_work() -> None:
    site, _ = shares("198.51.100.0/24 until 2027-01-01")
    assert site.weight("203.0.113.7") == 1
    for number in range(100):
        site.seen("203.0.113.7", f"learner {number % 7}")
    assert site.weight("203.0.113.7") == 7
    for number in range(100):
        site.seen("203.0.113.7", f"learner {number}")
    assert site.weight("203.0.113.7") == A_CLASS
    assert site.weight("198.51.100.3") == A_CLASS, "a workshop's learners are all new"


def test_who_was_not_seen_for_half_a_day_counts_no_more() -> None:
    clock = Clock()
    neighbours = Neighbours(clock=clock)
    neighbours.seen("a", "Ada")
    clock.now += 12 * 3600 - 1
    neighbours.seen("a", "Grace")
    assert neighbours.count("a") == 2
    clock.now += 2
    assert neighbours.count("a") == 1
