"""Turns at checks: one that has come and one that waits a learner, told their place, given back on every path."""

import threading

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from course.shares import turns as module
from course.shares.addresses import HERE
from course.shares.fair_queue import Share
from course.shares.turns import NoTurn, Turn, Turns
from tests.stage.cases import cases

ADA, GRACE, EDSGER = Share("a", "Ada"), Share("b", "Grace"), Share("c", "Edsger")


def test_a_turn_that_is_free_comes_at_once_and_nobody_is_told_of_a_line() -> None:
    told: list[int] = []
    with Turns(1).ask(ADA, told.append) as turn:
        assert turn.wait(0) and told == []


def test_who_waits_is_told_each_place_and_then_that_it_is_their_turn() -> None:
    turns, told = Turns(1), []
    first, second = turns.ask(ADA), turns.ask(GRACE)
    third = turns.ask(EDSGER, told.append)
    assert not third.wait(0)
    with first, second:
        pass
    assert third.wait(0)
    assert told == [2, 1, 0]


def test_a_learner_has_one_turn_that_has_come_and_one_that_waits() -> None:
    turns = Turns(4)
    first, second = turns.ask(ADA), turns.ask(ADA)
    assert first.wait(0) and not second.wait(0)
    with pytest.raises(NoTurn, match="another one is waiting"):
        turns.ask(ADA)
    assert turns.ask(GRACE).wait(0), "nobody else waits for it"
    turns.give_back(first)
    assert second.wait(0)
    assert not turns.ask(ADA).wait(0)


def test_the_last_turn_is_for_an_address_that_has_none() -> None:
    turns = Turns(3)
    flood = [turns.ask(Share("flood", f"fresh {number}", known=False)) for number in range(6)]
    assert [turn.wait(0) for turn in flood] == [True, True, False, False, False, False]
    ada = turns.ask(ADA)
    assert ada.wait(0), "who comes from elsewhere does not wait"
    turns.give_back(flood[0])
    assert not flood[2].wait(0) and turns.ask(GRACE).wait(0), "nor does the next one"
    turns.give_back(ada)
    assert not flood[2].wait(0)
    turns.give_back(flood[1])
    assert flood[2].wait(0) and not flood[3].wait(0)
    here = Turns(3)
    assert all(here.ask(Share(HERE, str(number))).wait(0) for number in range(3)), "this machine may have them all"


def test_a_turn_is_given_back_however_it_ends_and_only_once() -> None:
    turns = Turns(1)
    with pytest.raises(LookupError), turns.ask(ADA):
        raise LookupError
    one = turns.ask(ADA)
    turns.give_back(one)
    turns.give_back(one)
    two, three = turns.ask(GRACE), turns.ask(EDSGER)
    assert two.wait(0) and not three.wait(0)


def test_a_line_that_is_too_long_is_refused_for_that_address_only() -> None:
    turns = Turns(1)
    waiting = [
        turns.ask(Share("flood", f"new{number}", known=False)) for number in range(module.WAITING_OF_ADDRESS + 1)
    ]
    with pytest.raises(NoTurn, match="Too many checks"):
        turns.ask(Share("flood", "one more", known=False))
    place: list[int] = []
    mine = turns.ask(ADA, place.append)
    turns.give_back(waiting[0])
    turns.give_back(waiting[1])
    assert mine.wait(0) and place[0] <= 2


def test_a_turn_wakes_a_thread_that_waits_for_it() -> None:
    turns, woken = Turns(1), []
    first, second = turns.ask(ADA), turns.ask(GRACE)
    waiting = threading.Thread(target=lambda: woken.append(second.wait(30)))
    waiting.start()
    turns.give_back(first)
    waiting.join()
    assert woken == [True]


class Asking(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.turns, self.held = Turns(2), list[Turn]()

    @rule(learner=st.sampled_from("abcd"))
    def ask(self, learner: str) -> None:
        mine = sum(turn.share.learner == learner for turn in self.held)
        try:
            self.held.append(self.turns.ask(Share(learner, learner)))
            assert mine < 2
        except NoTurn:
            assert mine == 2

    @rule(data=st.data(), again=st.booleans())
    def give_back(self, data: st.DataObject, again: bool) -> None:
        if self.held:
            turn = data.draw(st.sampled_from(self.held))
            self.held.remove(turn)
            self.turns.give_back(turn)
            if again:
                self.turns.give_back(turn)

    @invariant()
    def as_many_have_come_as_can(self) -> None:
        come = [turn.share.learner for turn in self.held if turn.wait(0)]
        learners = {turn.share.learner for turn in self.held}
        assert len(come) == len(set(come)) == min(2, len(learners))


TestAsking = Asking.TestCase
TestAsking.settings = settings(max_examples=cases(30), stateful_step_count=30)
