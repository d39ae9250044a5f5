"""Places and the queue before them."""

import resource
from pathlib import Path

import pytest

from course.sandbox.host import machine_memory, slots
from course.sandbox.host.slots import Slots, slots_for_this_host


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


def test_without_room_free_places_stay_free_until_there_is_some() -> None:
    room, called = [False], []
    places = Slots(3, lambda: room[0])
    assert [places.take(name, lambda name=name: called.append(name)) for name in ("Ada", "Grace")] == [1, 2]
    assert not places.let_in()
    room[0] = True
    assert places.let_in()
    assert called == ["Ada", "Grace"]
    assert not places.let_in()


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without cgroups, whose memory is what the file says."""
    monkeypatch.setattr(machine_memory, "CGROUPS", ())
    monkeypatch.setattr(machine_memory, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(slots, "PIDS_MAX", (tmp_path / "pids.max",))
    monkeypatch.setattr(slots.resource, "getrlimit", lambda kind: (resource.RLIM_INFINITY,) * 2)
    return tmp_path


@pytest.mark.parametrize(("memory", "places"), [(512, 21), (1024, 64), (64, 2), (64_000, 200)])
def test_the_places_of_a_host_come_from_its_memory(host: Path, memory: int, places: int) -> None:
    (host / "meminfo").write_text(f"MemTotal: 1 kB\nMemAvailable:  {memory * 1024} kB\n")
    assert slots_for_this_host(40) == places
    if 2 < places < 200:
        assert slots_for_this_host(40, runtimes=3) < places


def test_a_host_that_says_nothing_of_its_memory_has_some_places(host: Path) -> None:
    assert slots_for_this_host(40) >= 2


@pytest.mark.parametrize(("tasks", "places"), [("max", 200), ("256", 4), ("4096", 100), ("50", 2)])
def test_where_threads_are_counted_every_program_may_have_all_of_its_own(host: Path, tasks: str, places: int) -> None:
    (host / "meminfo").write_text("MemAvailable:  64000000 kB\n")
    (host / "pids.max").write_text(tasks + "\n")
    assert slots_for_this_host(40) == places


@pytest.mark.parametrize(("uid", "places"), [(1000, 4), (0, 200)])
def test_the_threads_of_a_user_count_where_programs_have_no_user_of_their_own(
    host: Path, monkeypatch: pytest.MonkeyPatch, uid: int, places: int
) -> None:
    (host / "meminfo").write_text("MemAvailable:  64000000 kB\n")
    monkeypatch.setattr(slots.resource, "getrlimit", lambda kind: (256, 256))
    monkeypatch.setattr(slots.os, "geteuid", lambda: uid)
    assert slots_for_this_host(40) == places
