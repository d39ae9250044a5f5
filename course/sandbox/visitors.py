"""Names for the clients that join a running sandbox by its address: other tabs, phones."""

from __future__ import annotations

import re
from collections import Counter
from threading import Lock
from typing import Literal

VISITORS_AT_MOST = 99
"""Of one kind. Those who come later share a name, and with it a lane of the picture."""
NAME = re.compile(r"(tab|phone)(-[2-9]|-[1-9][0-9])?")


class Visitors:
    """Gives each visitor a tag of their own, so that the frames of two tabs are never taken for those of one."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()
        self._lock = Lock()

    def name(self, kind: Literal["tab", "phone"]) -> str:
        """Return the next tag of a kind: ``tab``, ``tab-2``, ``tab-3``…"""
        with self._lock:
            self._given[kind] = number = min(self._given[kind] + 1, VISITORS_AT_MOST)
        return kind if number == 1 else f"{kind}-{number}"
