"""Places and the queue before them."""

import resource
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from course.sandbox.host import machine_memory, slots
from course.sandbox.host.slots import QueueFull, Slots, slots_for_this_host
from course.shares.addresses import HERE
from course.shares.exceptions import read_exceptions
from course.shares.fair_queue import Share
from course.shares.shares import Shares
from course.shares.turns import WAITING_AT_MOST, WAITING_OF_ADDRESS
from tests.stage.cases import cases


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


def shared(count: int, exceptions: str = "") -> Slots:
    return Slots(count, Shares(read_exceptions(exceptions), today=lambda: date(2027, 1, 1)))


def test_addresses_take_turns_in_the_queue_however_many_learners_they_bring() -> None:
    places = shared(1)
    places.take("first", lambda: None, share=Share("somewhere", "Ada"))
    for number in range(20):
        places.take(f"flood {number}", lambda: None, share=Share("flood", f"fresh {number}", known=False))
    assert places.take("mine", lambda: None, share=Share("home", "Grace")) == 2
    assert places.queue()[:3] == ["flood 0", "mine", "flood 1"]


def test_the_last_quarter_is_for_addresses_that_have_next_to_none() -> None:
    places, called = shared(8), []
    for number in range(20):
        name = f"flood {number}"
        places.take(name, lambda name=name: called.append(name), share=Share("flood", name, known=False))
    assert len(places.queue()) == 14, "it has six of eight"
    assert places.take("mine", lambda: None, share=Share("home", "Grace")) == 0
    assert places.take("mine too", lambda: None, share=Share("home", "Grace")) == 0
    assert places.take("yours", lambda: None, share=Share("elsewhere", "Edsger")) > 0, "now all are taken"
    places.give_back("mine")
    assert "yours" not in places.queue() and called == []


@pytest.mark.parametrize("share", [None, Share(HERE, "Ada"), Share("203.0.113.7", "Ada")])
def test_this_machine_and_a_workshop_may_have_every_place(share: Share | None) -> None:
    places = shared(8, "203.0.113.0/24 until 2027-01-01")
    assert [places.take(str(number), lambda: None, share=share) for number in range(9)] == [*[0] * 8, 1]


def test_a_newer_run_keeps_the_place_in_the_queue_of_the_one_that_it_replaces() -> None:
    places, called = shared(1), []
    places.take("Ada", lambda: None)
    places.take("old", lambda: called.append("old"), share=Share("a", "Grace"))
    places.take("other", lambda: None, share=Share("b", "Edsger"))
    assert places.take("new", lambda: called.append("new"), instead_of="old", share=Share("a", "Grace")) == 1
    places.give_back("old")
    places.give_back("Ada")
    assert called == ["new"] and places.queue() == ["other"]


class Places(RuleBasedStateMachine):
    """Anybody takes, gives back and replaces in any order: no place is lost, and none is given twice."""

    def __init__(self) -> None:
        super().__init__()
        self.places, self.number = shared(5), 0
        self.having: set[str] = set()
        self.waiting: set[str] = set()

    def got(self, name: str) -> None:
        self.waiting.remove(name)
        self.having.add(name)

    @rule(address=st.sampled_from("abc"), data=st.data())
    def take(self, address: str, data: st.DataObject) -> None:
        self.number += 1
        name = f"{address}{self.number}"
        older = data.draw(st.sampled_from(["", *sorted(self.having), *sorted(self.waiting)]))
        self.having -= {older}
        self.waiting = (self.waiting - {older}) | {name}
        share = Share((older or name)[0], name)
        if self.places.take(name, lambda: self.got(name), instead_of=older or None, share=share) == 0:
            self.got(name)

    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        if self.having | self.waiting:
            name = data.draw(st.sampled_from(sorted(self.having | self.waiting)))
            self.having -= {name}
            self.waiting -= {name}
            self.places.give_back(name)

    @invariant()
    def as_many_have_one_as_can(self) -> None:
        assert sorted(self.places.queue()) == sorted(self.waiting)
        assert len(self.having) <= 5
        assert not self.waiting or len(self.having) >= 4, "the fifth is for somebody new"


TestPlaces = Places.TestCase
TestPlaces.settings = settings(max_examples=cases(30), stateful_step_count=40)


def test_giving_back_twice_makes_no_second_place() -> None:
    places = Slots(1)
    places.take("Ada", lambda: None)
    places.give_back("Ada")
    places.give_back("Ada")
    assert [places.take("Grace", lambda: None), places.take("Edsger", lambda: None)] == [0, 1]


def test_who_needs_several_places_waits_for_all_of_them_and_is_not_overtaken() -> None:
    places, called = Slots[str](3), list[str]()

    def take(name: str, count: int, instead_of: str | None = None) -> int:
        return places.take(name, lambda: called.append(name), places=count, instead_of=instead_of)

    assert [take("Ada", 2), take("Grace", 2), take("Edsger", 1)] == [0, 1, 2]
    places.give_back("Edsger")
    assert (places.taken, called) == (2, [])
    take("Edsger", 1)
    places.give_back("Ada")
    assert (places.taken, called) == (3, ["Grace", "Edsger"])


def test_who_needs_more_than_there_are_gets_all_of_them() -> None:
    places = Slots[str](2)
    assert places.take("Ada", lambda: None, places=3) == 0
    assert (places.taken, places.take("Grace", lambda: None)) == (2, 1)


def test_a_successor_with_fewer_processes_frees_the_rest_for_who_waits() -> None:
    places, called = Slots[str](2), list[str]()
    places.take("Ada", lambda: None, places=2)
    places.take("Grace", lambda: called.append("Grace"))
    assert places.take("Ada again", lambda: None, instead_of="Ada") == 0
    assert (places.taken, called) == (2, ["Grace"])


def test_a_successor_with_more_processes_is_the_next_in_line() -> None:
    places, called = Slots[str](2), list[str]()
    places.take("Ada", lambda: None)
    places.take("Grace", lambda: None)
    places.take("Edsger", lambda: called.append("Edsger"))
    assert places.take("Ada again", lambda: called.append("Ada again"), places=2, instead_of="Ada") == 1
    assert (places.taken, called) == (1, [])
    places.give_back("Grace")
    assert (places.taken, called) == (2, ["Ada again"])


def test_a_start_that_fails_takes_no_place_from_the_others() -> None:
    places, called = Slots[str](2), list[str]()

    def fail() -> None:
        raise RuntimeError("a mistake of ours")

    places.take("Ada", lambda: None, places=2)
    places.take("Grace", fail)
    places.take("Edsger", lambda: called.append("Edsger"))
    places.give_back("Ada")
    assert (called, places.taken) == (["Edsger"], 2)


@given(
    st.lists(
        st.tuples(st.sampled_from("abcde"), st.integers(0, 4), st.sampled_from(["", *"abcde"])), min_size=1, max_size=40
    )
)
def test_there_are_never_more_than_there_are_and_nobody_waits_beside_room(acts: list[tuple[str, int, str]]) -> None:
    """Each act takes so many places, instead of another one perhaps, or gives them back (0)."""
    places, inside, waiting = Slots[str](3), dict[str, int](), dict[str, int]()

    def enter(name: str) -> None:
        inside[name] = waiting.pop(name)

    for who, count, instead_of in acts:
        if count and who not in inside and who not in waiting:
            waiting[who] = min(count, 3)
            for table in (inside, waiting) if instead_of not in ("", who) else ():
                table.pop(instead_of, None)
            if places.take(who, lambda who=who: enter(who), places=count, instead_of=instead_of or None) == 0:
                enter(who)
        else:
            inside.pop(who, None)
            waiting.pop(who, None)
            places.give_back(who)
        assert places.taken == sum(inside.values()) <= 3
        assert set(places.queue()) == set(waiting)
        assert not waiting or places.taken + waiting[places.queue()[0]] > 3


def test_without_room_free_places_stay_free_until_there_is_some() -> None:
    room, called = [False], []
    places = Slots(3, has_room=lambda: room[0])
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


def test_the_queue_has_an_end_for_each_address_and_for_all() -> None:
    places = shared(1)
    places.take("first", lambda: None, share=Share("192.0.2.1", "Ada"))

    def come(address: str, number: int) -> bool:
        try:
            places.take(f"{address} {number}", lambda: None, share=Share(address, str(number), known=False))
        except QueueFull:
            return False
        return True

    assert sum(come("203.0.113.66", number) for number in range(300)) == WAITING_OF_ADDRESS
    assert come("198.51.100.9", 0), "one address has filled the queue"
    places.take("newer", lambda: None, instead_of="203.0.113.66 5")  # a newer run is in the place of the older one
    assert sum(come(f"192.0.2.{number // 50}", number) for number in range(5000)) == WAITING_AT_MOST - 61
    assert len(places.queue()) == WAITING_AT_MOST
    before = places.taken
    places.give_back("198.51.100.9 0")
    assert come("198.51.100.10", 0) and places.taken == before
