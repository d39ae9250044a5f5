"""Faults that a learner puts on a client's connection: what is in force, what waits, and what is cut.

No I/O: the gateway asks before it passes something on, and lends each connection as a `Link` that can be cut. While
there is no fault it reads `ClientFaults.active` and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition, Timer
from typing import Any, Literal, Protocol

from course.sandbox.client_tag import CLIENT_TAG
from course.sandbox.model import MarkKind
from course.wire import Direction

DELAY_MS = 5_000
"""The longest delay, each way; an acknowledgement then takes ten seconds."""
OFFLINE_SECONDS = 60
REQUESTS_WAITING = 6
"""Requests of one client that may wait: as many as a browser sends at the same time."""

Kind = Literal["delay", "drop", "freeze", "polling", "offline", "well"]


class FaultRefused(ValueError):
    """The fault does not exist or can't be set; the message is a sentence for the learner."""


class Cut(Exception):
    """The connection that asked has been cut: nothing more may pass on it, and no answer."""


class Link(Protocol):
    """A connection of one client on its way through the gateway."""

    def cut(self, *, server_too: bool) -> None:
        """End it for the client at once; for the server only with `server_too`: else it just hears nothing more."""


@dataclass(frozen=True)
class Fault:
    """What a learner asks for.

    Raises:
        FaultRefused: the client's name is not a possible one, or the amount is out of bounds.
    """

    client: str
    """Whose connection; "" together with `well` means everybody's."""
    kind: Kind
    amount: int = 0
    """`delay`: milliseconds each way; `offline`: seconds; `freeze` and `polling`: 1 for on. 0 is off."""
    direction: Direction | Literal[""] = ""
    """`drop`: cut at the next event the client has `sent`, or before the next it would have `received`; "" is off."""

    def __post_init__(self) -> None:
        most = {"delay": DELAY_MS, "offline": OFFLINE_SECONDS, "freeze": 1, "polling": 1, "drop": 0, "well": 0}
        if self.kind not in most:
            raise FaultRefused("There is no such fault.")
        if not (CLIENT_TAG.fullmatch(self.client) or (self.kind == "well" and self.client == "")):
            raise FaultRefused("A client's name is a letter, then letters, digits or hyphens; 16 at most.")
        if not 0 <= self.amount <= most[self.kind]:
            raise FaultRefused(f"“{self.kind}” takes a number from 0 to {most[self.kind]}.")
        if self.direction not in ("", "sent", "received"):
            raise FaultRefused("A frame is either sent or received.")


class ClientFaults:
    """The faults of one client. Safe to use from several threads or greenlets.

    `active` and `changed` are for code that passes frames on: `changed` is notified whenever a wait may be over.
    """

    def __init__(
        self,
        mark: Callable[[MarkKind, str], None],
        tell: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.active = False
        """Whether any fault is in force. When none is, there is nothing more to ask."""
        self.changed = Condition()
        self.clock = clock
        self._mark, self._tell = mark, tell
        self._delay_ms = 0
        self._drop: Direction | Literal[""] = ""
        self._frozen = False
        self._polling_only = False
        self._offline_until = 0.0
        self._timer: Timer | None = None
        self._links: list[Link] = []
        self._requests_waiting = 0
        self._over = False

    # What the gateway asks

    @contextmanager
    def lent(self, link: Link) -> Iterator[None]:
        """Allow `link` to be cut while the block runs."""
        with self.changed:
            self._links.append(link)
        try:
            yield
        finally:
            with self.changed:
                self._links.remove(link)

    @contextmanager
    def waiting(self) -> Iterator[Condition]:
        """Hold the lock of `changed` for a request that waits on it.

        Raises:
            Cut: too many of this client wait already.
        """
        with self.changed:
            if self._requests_waiting >= REQUESTS_WAITING:
                raise Cut
            self._requests_waiting += 1
            try:
                yield self.changed
            finally:
                self._requests_waiting -= 1

    @property
    def in_use(self) -> bool:
        """Return whether it must be kept."""
        return self.active or bool(self._links)

    @property
    def offline(self) -> bool:
        """Return whether the client has no network now."""
        return self._offline_until > self.clock()

    @property
    def polling_only(self) -> bool:
        """Return whether a WebSocket is refused."""
        return self._polling_only

    def wait_for(self, since: float) -> float | None:
        """Return how many more seconds something that came at `since` must wait; None: until `changed` is notified."""
        if self._over:
            return 0.0
        if self._frozen:
            return None
        return max(0.0, since + self._delay_ms / 1000 - self.clock())

    def takes_drop(self, direction: Direction) -> bool:
        """Return whether the connection is to be cut at this event, and forget it: it is cut once."""
        with self.changed:
            if self._drop != direction:
                return False
            self._drop = ""
            self._settle()
        return True

    def cut_connections(self, why: str, *, server_too: bool = True) -> None:
        """Cut what the client has open, and leave a mark if there was anything."""
        with self.changed:
            # The newest first: a tunnel must know before the request that it began with has its socket shut.
            links = self._links[::-1]
            for link in links:
                link.cut(server_too=server_too)
            self.changed.notify_all()
        if links:
            self._mark("cut", why)

    # What the learner sets

    def set(self, fault: Fault) -> None:
        """Put one fault in force, or take it back."""
        match fault.kind:
            case "delay":
                self._set_delay(fault.amount)
            case "drop":
                self._drop = fault.direction
            case "freeze":
                self._freeze(bool(fault.amount))
            case "polling":
                self._polling_only = bool(fault.amount)
                if self._polling_only:
                    self.cut_connections("Cut: from now on its WebSockets are refused.")
            case "offline":
                self._go_offline(fault.amount)
            case "well":
                self._heal()
        self._settle()

    def in_force(self) -> dict[str, Any]:
        """Return what is in force as the page draws it: ``{delay, drop, frozen, polling, offline}``, {} for nothing."""
        if not self.active:
            return {}
        return {
            "delay": self._delay_ms,
            "drop": self._drop,
            "frozen": self._frozen,
            "polling": self._polling_only,
            "offline": round(max(0.0, self._offline_until - self.clock()), 1),
        }

    def close(self) -> None:
        """Cut everything and end all waits: the server is gone."""
        self._cancel_timer()
        with self.changed:
            self._over = True
            self.cut_connections("Cut: the server is gone.")

    def take_over(self, other: ClientFaults) -> None:
        """Put in force what was in force for `other`, whose server was started again."""
        self._delay_ms, self._drop = other._delay_ms, other._drop
        self._frozen, self._polling_only = other._frozen, other._polling_only
        self._wait_offline(max(0.0, other._offline_until - self.clock()))
        self._settle()

    def _set_delay(self, ms: int) -> None:
        if ms != self._delay_ms:
            self._delay_ms = ms
            words = f"Each frame takes {ms} ms longer, both ways." if ms else "No more delay."
            self._mark("delayed", words)

    def _freeze(self, on: bool) -> None:
        if on is not self._frozen:
            self._frozen = on
            if on:
                self._mark("frozen", "Frozen: nothing passes, and no ping is answered.")
            else:
                self._mark("thawed", "Thawed: what was held back passes now.")

    def _go_offline(self, seconds: int) -> None:
        if seconds:
            self._mark("offline", f"No network for {seconds} s, and nobody tells the server.")
            self._wait_offline(seconds)
            self.cut_connections("Cut: the network is gone.", server_too=False)
        elif self._offline_until:
            self._back_online()

    def _wait_offline(self, seconds: float) -> None:
        self._cancel_timer()
        if seconds:
            self._offline_until = self.clock() + seconds
            self._timer = Timer(seconds, self._back_online)
            self._timer.daemon = True
            self._timer.start()

    def _back_online(self) -> None:
        self._cancel_timer()
        self._offline_until = 0.0
        self._mark("online", "The network is back.")
        self._settle()

    def _cancel_timer(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def _heal(self) -> None:
        self._set_delay(0)
        self._drop = ""
        self._freeze(False)
        self._polling_only = False
        if self._offline_until:
            self._back_online()

    def _settle(self) -> None:
        """Update `active`, wake everything that waits, and tell the page."""
        with self.changed:
            self.active = bool(
                self._delay_ms or self._drop or self._frozen or self._polling_only or self._offline_until
            )
            self.changed.notify_all()
        self._tell()
