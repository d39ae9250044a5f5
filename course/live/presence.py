"""Which learners are on which lesson now."""

from __future__ import annotations

from collections import Counter


class Presence:
    """Which learners are on which lesson now, in this process: two tabs of one learner count once."""

    def __init__(self) -> None:
        self._sids: dict[str, tuple[str, str]] = {}
        self._here: Counter[tuple[str, str]] = Counter()
        self._pages: Counter[str] = Counter()

    def arrive(self, sid: str, slug: str, learner: str) -> None:
        """Note a connection."""
        self._sids[sid] = (slug, learner)
        self._here[slug, learner] += 1
        self._pages[learner] += 1

    def leave(self, sid: str) -> None:
        """Note that a connection has gone; unknown ones are ignored."""
        key = self._sids.pop(sid, None)
        if key is not None:
            self._here[key] -= 1
            if not self._here[key]:
                del self._here[key]
            self._pages[key[1]] -= 1
            if not self._pages[key[1]]:
                del self._pages[key[1]]

    def of(self, learner: str) -> list[tuple[str, str]]:
        """Return the learner's connections: their id, and the lesson."""
        return [(sid, slug) for sid, (slug, there) in self._sids.items() if there == learner]

    def count(self, slug: str) -> int:
        """Return how many learners are on a lesson."""
        return sum(1 for lesson, _ in self._here if lesson == slug)

    def pages_of(self, learner: str) -> int:
        """Return how many pages of a learner are open, on all lessons."""
        return self._pages[learner]
