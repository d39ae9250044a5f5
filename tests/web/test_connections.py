"""Who may connect, and who gives way: whatever happens in whatever order, the books agree with what is open."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from course.shares.addresses import neighbourhood
from course.web.connections import Connection, Connections, Place, count_ceilings
from tests.stage.cases import cases

ADDRESSES = st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"])
CEILINGS = count_ceilings(16 + 128, at_most=16)


class Client:
    def __init__(self, address: str) -> None:
        self.address = address
        self.books: Connection | None = None
        self.state = "silent"
        self.is_open = True

    def hang_up(self) -> None:
        assert self.state == "silent", "one that is answered was closed"
        assert self.is_open, "it was closed twice"
        self.is_open = False


class AllDay(RuleBasedStateMachine):
    """A site's day: clients come, ask, last and leave."""

    clients: Bundle[Client] = Bundle("clients")
    places: Bundle[tuple[Place, str, int]] = Bundle("places")

    def __init__(self) -> None:
        super().__init__()
        self.connections = Connections(CEILINGS)
        self.here: list[Client] = []
        self.lasting: list[tuple[str, int]] = []

    def open_of(self, address: str) -> list[Client]:
        return [each for each in self.here if each.is_open and neighbourhood(each.address) == neighbourhood(address)]

    @rule(target=clients, address=ADDRESSES)
    def arrive(self, address: str):
        before = [each for each in self.here if each.is_open]
        of_address = self.open_of(address)
        full_before = self.connections.open >= CEILINGS.connections
        client = Client(address)
        client.books = self.connections.arrive(address, client.hang_up)
        if client.books is None:
            of_address_full = len(of_address) >= CEILINGS.by_address
            assert of_address_full or full_before
            asked = of_address if of_address_full else before
            assert not [each for each in asked if each.state == "silent" and each.is_open], "a silent one was kept"
            return multiple()
        self.here.append(client)
        return client

    @rule(client=clients)
    def ask(self, client: Client) -> None:
        if client.is_open:
            client.state = "at work"
            client.books.work()

    @rule(client=clients)
    def wait(self, client: Client) -> None:
        if client.is_open:
            client.state = "silent"
            client.books.wait()

    @rule(client=consumes(clients))
    def leave(self, client: Client) -> None:
        client.is_open = False
        client.books.leave()
        client.books.leave()
        client.books.wait()  # a greenlet that has not yet seen its end

    @rule(target=places, address=ADDRESSES, weight=st.sampled_from([1, 2]))
    def last(self, address: str, weight: int):
        before = self.connections.open
        place = self.connections.last(address, weight)
        if place is None:
            share = sum(each for other, each in self.lasting if neighbourhood(other) == neighbourhood(address))
            total = sum(each for _, each in self.lasting)
            full = before + weight - 1 > CEILINGS.connections
            assert full or min(share, 1) * share + weight > CEILINGS.lasting - total
            return multiple()
        self.lasting.append((address, weight))
        return (place, address, weight)

    @rule(place=consumes(places))
    def last_no_more(self, place: tuple[Place, str, int]) -> None:
        for _ in range(2):
            place[0].leave()
        self.lasting.remove(place[1:])

    @rule()
    def hang_up_silent(self) -> None:
        self.connections.hang_up_silent()
        assert not [each for each in self.here if each.is_open and each.state == "silent"]

    @invariant()
    def the_books_agree(self) -> None:
        is_open = [each for each in self.here if each.is_open]
        second = sum(weight - 1 for _, weight in self.lasting)
        assert self.connections.open == len(is_open) + second
        assert self.connections.at_work == sum(each.state == "at work" for each in is_open)
        assert self.connections.lasting == sum(weight for _, weight in self.lasting) <= CEILINGS.lasting
        assert self.connections.open <= CEILINGS.connections
        assert all(len(self.open_of(each.address)) <= CEILINGS.by_address for each in is_open)


AllDay.TestCase.settings = settings(max_examples=cases(60), stateful_step_count=60, deadline=None)
TestAllDay = AllDay.TestCase


def test_who_has_most_silent_connections_gives_way_first() -> None:
    connections = Connections(CEILINGS)
    closed: list[str] = []

    def come(address: str, name: str) -> Connection | None:
        return connections.arrive(address, lambda: closed.append(name))

    come("192.0.2.9", "the visitor, first of all")
    for number in range(8):
        come("192.0.2.1", f"one {number}")
    for number in range(7):
        come("192.0.2.2", f"two {number}")
    assert come("192.0.2.10", "a newcomer") is not None
    assert closed == ["one 0"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "", True),
        ("not an address", "nor this", True),
    ],
)
def test_an_ipv6_network_counts_as_one_address(one: str, other: str, same: bool) -> None:
    assert (neighbourhood(one) == neighbourhood(other)) is same


@pytest.mark.parametrize("descriptors", [64, 256, 1024, 4096, 65_536])
@pytest.mark.parametrize("at_most", [None, 16, 1000, 60_000])
@pytest.mark.parametrize("behind_proxy", [False, True])
def test_pages_and_programs_always_keep_a_part(descriptors: int, at_most: int | None, behind_proxy: bool) -> None:
    ceilings = count_ceilings(descriptors, at_most=at_most, behind_proxy=behind_proxy)
    assert 0 < ceilings.lasting < ceilings.connections
    assert ceilings.connections <= max(descriptors * 3 // 4, 16)
    assert (ceilings.by_address == ceilings.connections) is behind_proxy


def test_two_addresses_that_take_all_they_can_leave_room_for_a_third() -> None:
    connections, taken = Connections(count_ceilings(100_000, at_most=4096)), []
    for address in ("192.0.2.1", "2001:db8::1", "192.0.2.2", "2001:db8:0:1::1"):
        here = 0
        while connections.last(address, 2):
            here += 2
        taken.append(here)
    assert taken[0] >= connections.ceilings.lasting // 2 - 2
    assert connections.last("198.51.100.9"), "four addresses have taken all places"


def test_the_port_that_a_proxy_tells_makes_no_address_of_its_own() -> None:
    connections = Connections(CEILINGS)
    places = [connections.last(f"192.0.2.1:{port}") for port in range(40_000, 40_100)]
    assert sum(place is not None for place in places) == CEILINGS.lasting // 2
