"""How many sessions and connections a sandbox may have, and how their places become free."""

import threading

import pytest

from course.sandbox.gateway.address import NotPassed
from course.sandbox.gateway.admission import CONNECTIONS_PER_SESSION, JARS, QUIET_SECONDS, SID_CHARACTERS, Admission
from course.sandbox.gateway.work import Work


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def port(clock):
    return Admission(2, Work(1), clock=clock, wait_seconds=0)


def refused(port):
    with pytest.raises(NotPassed) as refusal, port.session(None):
        pass
    return refusal.value.code


def test_sessions_are_counted_until_they_end(port):
    with port.session(None), port.session(None):
        assert refused(port) == "too_many_sessions"
    with port.session(None):
        pass


def test_requests_of_one_session_count_once(port):
    with port.session("x"), port.session("x"), port.session("x"), port.session(None):
        assert refused(port) == "too_many_sessions"


def test_a_known_session_is_never_kept_waiting(port):
    with port.session(None), port.session(None), port.session("x"):
        pass


def test_a_polling_session_keeps_its_place_between_requests(port, clock):
    port.opened("x")
    port.opened("y")
    assert refused(port) == "too_many_sessions"
    clock.now += QUIET_SECONDS / 2
    with port.session("x"):
        pass
    clock.now += QUIET_SECONDS / 2 + 1
    with port.session(None):
        assert refused(port) == "too_many_sessions"


def test_a_closed_session_frees_its_place_at_once(port):
    port.opened("x")
    port.opened("y")
    port.closed("x")
    with port.session(None):
        pass


def test_a_newcomer_gets_the_place_that_becomes_free_while_it_waits():
    port = Admission(1, Work(1), wait_seconds=600)  # far longer than is waited below: it must be woken
    entered = threading.Event()

    def come():
        with port.session(None):
            entered.set()

    with port.session(None):
        newcomer = threading.Thread(target=come, daemon=True)
        newcomer.start()
        assert not entered.wait(0.05)
    newcomer.join(10)
    assert entered.is_set()


def test_connections_are_limited_and_given_back(port):
    held = [port.connection() for _ in range(2 * CONNECTIONS_PER_SESSION)]
    for connection in held:
        connection.__enter__()
    with pytest.raises(NotPassed) as refusal, port.connection():
        pass
    assert refusal.value.code == "busy"
    held[0].__exit__(None, None, None)
    with port.connection():
        pass


def test_jars_are_kept_by_client_and_their_number_is_limited(port):
    assert port.jar("A") is port.jar("A")
    assert port.jar("A") is not port.jar("B")
    first = port.jar("A")
    for number in range(JARS):
        port.jar(f"x{number}")
    assert port.jar("A") is not first


def test_sessions_that_a_server_invents_take_no_memory(port):
    for number in range(1000):
        port.opened(f"invented {number}")
    assert len(port._last_seen) == 2
    port.closed("invented 0")
    port.opened("x" * (SID_CHARACTERS + 1))
    assert len(port._last_seen) == 1
