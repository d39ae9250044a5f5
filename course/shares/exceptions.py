"""An operator's exceptions: networks whose limits by address are off until a date, for workshops and schools."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from course.shares.addresses import IPV6_PREFIX, Address

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
WORDS = "it must be networks with a last day, such as “203.0.113.0/24 until 2027-01-31, 2001:db8::/48 until 2027-02-01”"


class ExceptionRefused(ValueError):
    """What is written is no list of exceptions; the message says which entry is wrong, and how one is written."""


@dataclass(frozen=True)
class LimitException:
    """A network that is not limited by address up to and including a day (UTC)."""

    network: Network
    until: date

    def covers(self, address: Address, today: date) -> bool:
        """Return whether the exception holds for this address today."""
        return today <= self.until and address.version == self.network.version and address in self.network


def read_exceptions(text: str) -> tuple[LimitException, ...]:
    """Return what ``<network> until <year-month-day>, …`` says. A day that is past is no mistake: it only ended.

    Raises:
        ExceptionRefused: an entry is neither.
    """
    return tuple(_read(entry) for entry in text.split(",") if entry.strip())


def _read(entry: str) -> LimitException:
    words = entry.split()
    if len(words) != 3 or words[1] != "until":
        raise ExceptionRefused(f"{entry.strip()!r} is no exception: {WORDS}.")
    try:
        network = ipaddress.ip_network(words[0])
    except ValueError as error:
        raise ExceptionRefused(f"{words[0]!r} is no network ({error}): {WORDS}.") from error
    if network.version == 6 and network.prefixlen > IPV6_PREFIX:
        raise ExceptionRefused(f"{words[0]!r} is less than the /{IPV6_PREFIX} that counts as one address: {WORDS}.")
    try:
        return LimitException(network, date.fromisoformat(words[2]))
    except ValueError as error:
        raise ExceptionRefused(f"{words[2]!r} is no day ({error}): {WORDS}.") from error


def excepted(exceptions: Sequence[LimitException], address: Address | None, today: date) -> bool:
    """Return whether one of the exceptions holds for this address today."""
    return address is not None and any(exception.covers(address, today) for exception in exceptions)
