"""Places and the queue before them."""

from pathlib import Path

import pytest

from course.sandbox.host import slots
from course.sandbox.host.slots import MB, Slots, slots_for_this_host


def test_as_many_as_there_are_places_get_one() -> None:
    places = Slots(2)
    assert [places.take(name, lambda: None) for name in ("Ada", "Grace", "Edsger", "Barbara")] == [0, 0, 1, 2]
    assert places.queue() == ["Edsger", "Barbara"]


def test_a_place_that_becomes_free_goes_to_the_first_who_waits() -> None:
    places, called = Slots(1), []
    for name in ("Ada", "Grace", "Edsger"):
        places.take(name, lambda name=name: called.append(name))
    places.give_back("Ada")
    assert called == ["Grace"]
    assert places.queue() == ["Edsger"]


def test_nobody_overtakes_the_queue() -> None:
    places = Slots(1)
    places.take("Ada", lambda: None)
    places.take("Grace", lambda: None)
    places.give_back("Ada")
    assert places.take("Edsger", lambda: None) == 1


def test_who_leaves_the_queue_is_not_called() -> None:
    places, called = Slots(1), []
    for name in ("Ada", "Grace", "Edsger"):
        places.take(name, lambda name=name: called.append(name))
    places.give_back("Grace")
    places.give_back("Ada")
    assert called == ["Edsger"]


def test_giving_back_twice_makes_no_second_place() -> None:
    places = Slots(1)
    places.take("Ada", lambda: None)
    places.give_back("Ada")
    places.give_back("Ada")
    assert [places.take("Grace", lambda: None), places.take("Edsger", lambda: None)] == [0, 1]


@pytest.mark.parametrize(
    ("limit", "available", "least", "most"),
    [
        ("max", 512, 20, 32),
        (str(512 * MB), 64_000, 20, 32),
        (str(1024 * MB), 64_000, 60, 75),
        (str(64 * MB), 64_000, 2, 2),
        ("max", 64_000, 200, 200),
        (str(1 << 62), 512, 20, 32),
    ],
)
def test_the_places_of_a_host_come_from_its_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, available: int, least: int, most: int
) -> None:
    group, info = tmp_path / "memory.max", tmp_path / "meminfo"
    group.write_text(limit + "\n")
    info.write_text(f"MemTotal: 1 kB\nMemAvailable:  {available * 1024} kB\n")
    monkeypatch.setattr(slots, "CGROUP_FILES", (group,))
    monkeypatch.setattr(slots, "MEMINFO", info)
    assert least <= slots_for_this_host() <= most
    if 2 < least < 200:
        assert slots_for_this_host(runtimes=3) < slots_for_this_host()


def test_a_host_that_says_nothing_of_its_memory_has_some_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "CGROUP_FILES", (tmp_path / "nothing",))
    monkeypatch.setattr(slots, "MEMINFO", tmp_path / "nothing")
    assert slots_for_this_host() >= 2
