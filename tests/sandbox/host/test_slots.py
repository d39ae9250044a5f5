"""Places and the queue before them."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from course.sandbox.host import slots
from course.sandbox.host.slots import MB, Slots, slots_for_this_host
from course.shares.addresses import HERE
from course.shares.exceptions import read_exceptions
from course.shares.fair_queue import Share
from course.shares.shares import Shares
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
