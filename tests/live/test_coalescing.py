"""Many small changes become few announcements, and a learner with several tabs is one learner."""

from collections.abc import Callable
from typing import Any

from course.live.coalescing import Coalescer
from course.live.presence import Presence


def test_two_tabs_of_one_learner_count_once() -> None:
    presence = Presence()
    for sid, learner in (("one", "Ada"), ("two", "Ada"), ("three", "Grace")):
        presence.arrive(sid, "rooms", learner)
    presence.arrive("four", "events", "Edsger")
    assert presence.count("rooms") == 2
    presence.leave("one")
    presence.leave("unknown")
    assert presence.count("rooms") == 2
    presence.leave("two")
    assert presence.count("rooms") == 1


def test_changes_of_one_interval_are_told_once_and_later_ones_again() -> None:
    tasks: list[Callable[[], None]] = []

    def start(run: Callable[..., Any], *given: Any) -> None:
        tasks.append(lambda: run(*given))

    told: list[str] = []
    coalescer = Coalescer(start, lambda seconds: None)
    for key in ("votes", "votes", "presence"):
        coalescer.soon(key, lambda key=key: told.append(key))  # type: ignore[misc]
    while tasks:
        tasks.pop(0)()
    assert told == ["votes", "presence"]
    coalescer.soon("votes", lambda: told.append("later"))
    while tasks:
        tasks.pop(0)()
    assert told[2:] == ["later"]
