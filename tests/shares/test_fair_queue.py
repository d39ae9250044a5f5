"""Turns go round over addresses, then over learners: nobody gets more of them by having more cookies."""

import time
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from course.shares import fair_queue
from course.shares.fair_queue import FairQueue, Share
from tests.stage.cases import cases


def queue_of(*names: str, weight: dict[str, int] | None = None) -> FairQueue[str]:
    """Return a queue in which these wait: ``address learner item``; a learner in brackets has no kept work."""
    queue: FairQueue[str] = FairQueue(lambda address: (weight or {}).get(address, 1))
    for name in names:
        address, learner, item = name.split()
        queue.add(item, Share(address, learner.strip("()"), known="(" not in learner))
    return queue


def drained(queue: FairQueue[str]) -> list[str]:
    return [taken[0] for taken in iter(queue.take, None)]


def test_one_address_and_one_learner_are_served_in_order_of_arrival() -> None:
    assert drained(queue_of("a Ada 1", "a Ada 2", "a Ada 3")) == ["1", "2", "3"]


def test_addresses_take_turns_and_so_do_learners_behind_one() -> None:
    queue = queue_of("a Ada a1", "a Ada a2", "a Ada a3", "a Grace g1", "b Edsger e1")
    assert list(queue) == drained(queue) == ["a1", "e1", "g1", "a2", "a3"]


def test_an_address_with_a_class_behind_it_gets_a_turn_for_each_of_them() -> None:
    pupils = [f"school pupil{number} p{number}" for number in range(6)]
    order = drained(queue_of(*pupils, "home Ada a1", "home Ada a2", weight={"school": 3}))
    assert order == ["p0", "a1", "p1", "p2", "p3", "a2", "p4", "p5"] or order.index("a2") <= 5


def test_newcomers_are_one_beside_those_who_have_kept_work() -> None:
    flood = [f"a (new{number}) n{number}" for number in range(50)]
    order = drained(queue_of(*flood, "a Ada a1", "a Grace g1"))
    assert set(order[:3]) == {"n0", "a1", "g1"}


def test_who_leaves_uses_up_nobodys_turn() -> None:
    queue = queue_of(*(f"a Ada a{number}" for number in range(100)), "b Grace g")
    for number in range(99):
        queue.remove(f"a{number}")
    queue.remove("never there")
    queue.add("late", Share("c", "Edsger"))
    assert drained(queue) == ["a99", "g", "late"]


def test_who_comes_back_each_time_gets_no_more_turns_than_those_who_wait() -> None:
    queue = queue_of(*(f"a Ada a{number}" for number in range(40)), *(f"b Grace g{number}" for number in range(40)))
    served = Counter[str]()
    for _ in range(60):
        if f"c{served['c']}" not in queue:
            queue.add(f"c{served['c']}", Share("c", "Edsger"))
        taken = queue.take()
        assert taken is not None
        served[taken[1].address] += 1
    assert max(served.values()) - min(served.values()) <= 1


def test_who_may_not_now_keeps_their_place() -> None:
    queue = queue_of("a Ada a", "b Grace g", "c Edsger e")
    assert queue.take(lambda share: share.address != "a") == ("g", Share("b", "Grace"))
    assert drained(queue) == ["a", "e"]


def test_a_place_can_be_handed_on() -> None:
    queue = queue_of("a Ada a1", "b Grace g", "a Ada a2")
    queue.replace("a1", "newer")
    assert "a1" not in queue and drained(queue) == ["newer", "g", "a2"]


@settings(max_examples=cases(10))
@given(st.integers(1, 10), st.integers(1, 3), st.randoms(use_true_random=False))
def test_a_thousand_fresh_cookies_do_not_make_honest_learners_wait(honest: int, at_once: int, random: object) -> None:
    """One address presses Check forever with fresh learners; each honest one waits (honest + 1) turns at most."""
    queue: FairQueue[str] = FairQueue()
    for number in range(1000):
        queue.add(f"flood {number}", Share("flood", f"fresh{number}", known=False))
    fresh, since, longest, served = 1000, dict[str, int](), 0, Counter[str]()
    for turn in range(60):
        for number in range(honest):
            if f"honest {number}" not in since and random.random() < 0.5:  # type: ignore[attr-defined]
                queue.add(f"honest {number}", Share(f"home{number}", "learner"))
                since[f"honest {number}"] = turn
        for _ in range(at_once):
            taken = queue.take()
            assert taken is not None
            item, share = taken
            served[share.address] += 1
            if share.address == "flood":
                queue.add(f"flood {fresh}", Share("flood", f"fresh{fresh}", known=False))
                fresh += 1
            else:
                longest = max(longest, (turn - since.pop(item)) * at_once)
    still_waiting = [(60 - begun) * at_once for begun in since.values()]
    assert max([longest, *still_waiting]) <= honest + 1
    assert served["flood"] > 0, "it is not shut out either"


class Waiting(RuleBasedStateMachine):
    """Anything comes, leaves and is served in any order: what waits is what was added and has not gone."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = {"a": 1, "b": 3, "c": 30}
        self.queue: FairQueue[int] = FairQueue(lambda address: self.weights[address])
        self.there: dict[int, Share] = {}
        self.number = 0

    @rule(address=st.sampled_from("abc"), learner=st.sampled_from("xyz"), known=st.booleans())
    def come(self, address: str, learner: str, known: bool) -> None:
        self.number += 1
        self.there[self.number] = Share(address, address + learner, known)
        self.queue.add(self.number, self.there[self.number])

    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        if self.there:
            gone = data.draw(st.sampled_from(sorted(self.there)))
            del self.there[gone]
            self.queue.remove(gone)

    @rule(banned=st.sampled_from(["", "a", "b"]))
    def serve(self, banned: str) -> None:
        first = [item for item in self.queue if self.there[item].address != banned]
        taken = self.queue.take(lambda share: share.address != banned)
        assert (taken and taken[0]) == (first[0] if first else None)
        if taken:
            assert self.there.pop(taken[0]) == taken[1]

    @invariant()
    def all_of_them_wait_once(self) -> None:
        assert sorted(self.queue) == sorted(self.there)
        assert len(self.queue) == len(self.there)
        for address in "abc":
            assert self.queue.count(address) == sum(share.address == address for share in self.there.values())


TestWaiting = Waiting.TestCase
TestWaiting.settings = settings(max_examples=cases(30), stateful_step_count=40)


def test_what_is_known_of_those_who_have_gone_is_bounded() -> None:
    queue: FairQueue[int] = FairQueue()
    for number in range(3 * fair_queue.REMEMBERED):
        queue.add(number, Share(f"address {number}", "Ada"))
        assert queue.take() is not None
    assert len(queue._round._next_at) <= fair_queue.REMEMBERED + 1


def test_a_long_queue_costs_little() -> None:
    queue: FairQueue[int] = FairQueue()
    for number in range(600):
        queue.add(number, Share(f"address {number % 50}", f"learner {number}"))
    begin = time.process_time()
    list(queue)
    assert time.process_time() - begin < 0.5  # 3 ms here
