"""A few go on at a time, and the turns go round over addresses; nobody who leaves keeps a turn."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from course.shares.fair_queue import Share
from course.shares.fair_semaphore import FairSemaphore
from course.shares.shares import Shares

FLOOD, GUEST = Share("203.0.113.66", "", known=False), Share("198.51.100.9", "", known=False)


def wait_until(condition: Callable[[], bool]) -> None:
    tick = threading.Event()
    for _ in range(2000):
        if condition():
            return
        tick.wait(0.005)
    raise AssertionError("it never came to that")


def test_who_comes_after_a_hundred_of_one_address_is_second() -> None:
    semaphore, order = FairSemaphore(1, Shares()), list[str]()
    semaphore.acquire(FLOOD)

    def ask(share: Share) -> None:
        semaphore.acquire(share)
        order.append(share.address)
        semaphore.release()

    threads = [threading.Thread(target=ask, args=(share,)) for share in [FLOOD] * 100 + [GUEST]]
    for number, thread in enumerate(threads):
        thread.start()
        wait_until(lambda number=number: len(semaphore._waiting) > number)  # type: ignore[misc]
    semaphore.release()
    for thread in threads:
        thread.join(10)
    assert len(order) == 101 and order.index(GUEST.address) <= 1


@pytest.mark.parametrize("come_already", [False, True])
def test_who_is_ended_while_it_waits_leaves_its_turn_to_others(
    monkeypatch: pytest.MonkeyPatch, come_already: bool
) -> None:
    semaphore = FairSemaphore(1, Shares())
    semaphore.acquire(FLOOD)

    def ended(event: threading.Event) -> bool:
        if come_already:
            semaphore.release()
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(threading.Event, "wait", ended)
        semaphore.acquire(GUEST)
    if not come_already:
        semaphore.release()
    taken = threading.Thread(target=semaphore.acquire, args=(GUEST,), daemon=True)
    taken.start()
    taken.join(5)
    assert not taken.is_alive(), "a turn was lost"
