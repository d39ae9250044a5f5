"""Single values out of what a learner's process says, each of one type and bounded. Pure.

Whatever is not of its type is refused, never converted: the text of a made-up value can be as large as the value.
"""

from __future__ import annotations

import math
from typing import Any

NUMBER_AT_MOST = 2**53 - 1
"""The largest integer that JavaScript represents exactly."""
LINE_AT_MOST = 100_000


class NotSaid(ValueError):
    """This value is not what it should be."""


def text(said: Any, most: int) -> str:
    """Return a text, cut to `most` characters, without half surrogate pairs.

    Raises:
        NotSaid: it is no text.
    """
    if not isinstance(said, str):
        raise NotSaid
    cut = said[:most].replace("\0", "\ufffd")  # no database keeps a zero in a text
    return cut if cut.isascii() else cut.encode("utf-8", "replace").decode()


def is_count(said: Any) -> bool:
    """Return whether it is a whole number from 0 to what JavaScript can hold."""
    return isinstance(said, int) and not isinstance(said, bool) and 0 <= said <= NUMBER_AT_MOST


def count(said: Any) -> int:
    """Return a whole number.

    Raises:
        NotSaid: it is none.
    """
    if not is_count(said):
        raise NotSaid
    number: int = said
    return number


def line(said: Any) -> int | None:
    """Return the number of a line in a program; None for everything that can't be one."""
    return said if is_count(said) and 0 < said <= LINE_AT_MOST else None


def finite(said: Any) -> float:
    """Return a number.

    Raises:
        NotSaid: it is none, or not a finite one.
    """
    if not isinstance(said, (int, float)) or isinstance(said, bool):
        raise NotSaid
    try:
        number = float(said)
    except OverflowError as error:
        raise NotSaid from error
    if not math.isfinite(number):
        raise NotSaid
    return number
