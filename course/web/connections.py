"""How many connections the site holds, who gives way when there are too many, and what is kept free for pages.

Nothing here reads, writes or waits. Whoever serves tells each connection's steps, and closes it when asked to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from course.shares.addresses import neighbourhood

CONNECTIONS_AT_MOST = 4096
"""One process serves a thousand open pages well; what is beyond this is no crowd of learners."""
DESCRIPTORS_KEPT = 128
"""For the site itself: its log, its database, fork servers, checks."""


@dataclass(frozen=True)
class Ceilings:
    """How many there may be at once. A tunnel to a learner's program counts twice: it has two sockets."""

    connections: int
    lasting: int
    """Of them WebSockets, long-polling and all that goes to learners' programs; the rest is kept for pages."""
    by_address: int
    """Of them from one address, IPv6 by its /64: the others still find room."""


def count_ceilings(descriptors: int, *, at_most: int | None = None, behind_proxy: bool = False) -> Ceilings:
    """Count ceilings from how many descriptors the process may have open.

    Args:
        descriptors: the soft limit, RLIMIT_NOFILE. A quarter is kept for programs that run and for the site itself.
        at_most: what the operator wants instead, if that is less.
        behind_proxy: all connections have the proxy's address then, so it has no share. What lasts is still counted
            by the address that the proxy tells.
    """
    room = max(descriptors - max(DESCRIPTORS_KEPT, descriptors // 4), 16)
    connections = min(at_most or CONNECTIONS_AT_MOST, room)
    lasting = connections * 3 // 4
    return Ceilings(
        connections=connections,
        lasting=lasting,
        by_address=connections if behind_proxy else max(connections // 2, 1),
    )


class Connection:
    """One connection, from its arrival to its end: silent while a request is awaited, else at work."""

    def __init__(self, all_of_them: Connections, address: str, hang_up: Callable[[], None]) -> None:
        self._all = all_of_them
        self.address = address
        self.hang_up = hang_up

    def wait(self) -> None:
        """Say that it is silent from now on: the whole head of a request is awaited."""
        self._all.is_silent(self)

    def work(self) -> None:
        """Say that a request has come, and is answered now."""
        self._all.is_at_work(self)

    def leave(self) -> None:
        """Say that it is closed."""
        self._all.has_left(self)


class Place:
    """The place of a request that lasts, until it is given back."""

    def __init__(self, all_of_them: Connections, address: str, weight: int) -> None:
        self._all, self._address, self._weight = all_of_them, address, weight

    def leave(self) -> None:
        """Give the place back. Doing so twice is harmless."""
        self._all.give_back(self._address, self._weight)
        self._weight = 0


class Connections:
    """All connections of one process."""

    def __init__(self, ceilings: Ceilings) -> None:
        self.ceilings = ceilings
        self.lasting = 0
        """How many of those that last are held now, by weight."""
        self._open: set[Connection] = set()
        self._open_of: Counter[str] = Counter()
        self._silent_of: dict[str, dict[Connection, None]] = {}
        """By address, the one that has been silent for the longest time first."""
        self._lasting_of: Counter[str] = Counter()
        self._second_sockets = 0

    @property
    def open(self) -> int:
        """How many are open now, by weight."""
        return len(self._open) + self._second_sockets

    @property
    def at_work(self) -> int:
        """How many are answered now."""
        return len(self._open) - sum(map(len, self._silent_of.values()))

    def arrive(self, address: str, hang_up: Callable[[], None]) -> Connection | None:
        """Return the books of a connection that has just arrived; None when there is no room for it.

        Silent ones give way first: they lose nothing but a moment, and who uses them connects again.
        """
        key = neighbourhood(address)
        if self._open_of[key] >= self.ceilings.by_address and not self._let_go_of_one(key):
            return None
        if self.open >= self.ceilings.connections and not self._let_go_of_one():
            return None
        connection = Connection(self, key, hang_up)
        self._open.add(connection)
        self._open_of[key] += 1
        self.is_silent(connection)
        return connection

    def last(self, address: str, weight: int = 1) -> Place | None:
        """Return a place for a request that lasts; None when all are taken, or as many as are left."""
        key = neighbourhood(address)
        free = self.ceilings.lasting - self.lasting
        if weight > free or (self._lasting_of[key] and self._lasting_of[key] + weight > free):
            return None  # nobody has more than is left for all others: the second who wants all gets half of the rest
        while self.open + weight - 1 > self.ceilings.connections:
            if not self._let_go_of_one():
                return None
        self.lasting += weight
        self._lasting_of[key] += weight
        self._second_sockets += weight - 1
        return Place(self, key, weight)

    def give_back(self, key: str, weight: int) -> None:
        """Take back the place of a request that lasted."""
        if weight:
            self.lasting -= weight
            self._second_sockets -= weight - 1
            _take(self._lasting_of, key, weight)

    def hang_up_silent(self) -> None:
        """Close all on which nothing happens."""
        while self._let_go_of_one():
            pass

    def is_silent(self, connection: Connection) -> None:
        """Put it behind those that are silent already."""
        if connection in self._open:
            self._silent_of.setdefault(connection.address, {})[connection] = None

    def is_at_work(self, connection: Connection) -> None:
        """Take it from those that are silent."""
        silent = self._silent_of.get(connection.address, {})
        silent.pop(connection, None)
        if not silent:
            self._silent_of.pop(connection.address, None)

    def has_left(self, connection: Connection) -> None:
        """Forget it."""
        if connection in self._open:
            self.is_at_work(connection)
            self._open.remove(connection)
            _take(self._open_of, connection.address, 1)

    def _let_go_of_one(self, key: str | None = None) -> bool:
        """Close the longest silent one of an address, by default of the one that has most; return whether there was."""
        if key is None:
            key = max(self._silent_of, key=lambda each: len(self._silent_of[each]), default=None)
        if key is None or key not in self._silent_of:
            return False
        oldest = next(iter(self._silent_of[key]))
        self.has_left(oldest)
        oldest.hang_up()
        return True


def _take(counter: Counter[str], key: str, amount: int) -> None:
    counter[key] -= amount
    if counter[key] <= 0:
        del counter[key]
