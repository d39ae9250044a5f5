"""From a running sandbox to the pages of its learner: state, output and trace, and what a reloaded page needs."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from typing import Any

from course.live import events
from course.sandbox.gateway.client_page import has_client
from course.sandbox.host.sandbox import Sandbox
from course.sandbox.limits import Limits
from course.sandbox.model import ENDED, KILLED, RESTARTING, LearnerException, Mark, Output, StateChange
from course.wire import TraceRow

OUTPUT_KEPT = 400
"""Pieces of output that a reloaded page is sent again."""
FEEDS_KEPT = 500

Emit = Callable[[str, dict[str, Any]], None]


class RunFeed:
    """A `course.sandbox.model.Watcher` that tells the learner's pages, and remembers.

    Args:
        slug: of the lesson.
        exercise: whose workspace the program was started from.
        emit: sends to the pages.
        find: returns the sandbox of an id. A sandbox is known there before the feed hears of it; a restarted one
        takes the place of the one before.
        address_of: returns where a sandbox answers its clients.
    """

    def __init__(
        self,
        slug: str,
        exercise: str,
        emit: Emit,
        find: Callable[[str], Sandbox | None],
        address_of: Callable[[str], str],
    ) -> None:
        self.slug = slug
        self.exercise = exercise
        self.sandbox: Sandbox | None = None
        """The sandbox that this feed is about; None as long as it has heard nothing."""
        self._emit = emit
        self._find = find
        self._address_of = address_of
        self._output: deque[dict[str, str]] = deque(maxlen=OUTPUT_KEPT)
        self.state: dict[str, Any] = {}
        self._started_at: float | None = None
        self._starts = 1
        self._restarting = False

    def state_changed(self, sandbox_id: str, change: StateChange) -> None:
        """Tell the pages what happened to the program."""
        self.sandbox = sandbox = self._find(sandbox_id) or self.sandbox
        if sandbox is None:
            return
        if change.code in (KILLED, RESTARTING):
            self._restarting = True
            if change.code == RESTARTING:
                return  # the page hears what comes next
        elif self._restarting:
            self._starts, self._started_at, self._restarting = self._starts + 1, None, False
        if change.state == "ready" and self._started_at is None:
            self._started_at = time.time()
        self.state = {
            "id": sandbox_id,
            "url": self._address_of(sandbox_id),
            "exercise": self.exercise,
            "runtime": sandbox.program.runtime,
            "client": has_client(sandbox.program.files),
            "state": change.state,
            "reason": change.reason,
            "code": change.code,
            "queue_position": change.queue_position,
            "error": dict(change.error) if change.error else None,
            "started_at": self._started_at,
            "starts": self._starts,
            "limits": limits_json(sandbox.limits),
        }
        self._emit(events.SANDBOX_STATE, self.state)

    def output(self, sandbox_id: str, piece: Output) -> None:
        """Pass on what the program printed."""
        row = {"stream": piece.stream, "text": piece.text}
        self._output.append(row)
        self._emit(events.SANDBOX_OUTPUT, {"id": sandbox_id, **row})

    def exception(self, sandbox_id: str, exception: LearnerException) -> None:
        """Do nothing: the traceback is in the output already."""

    def traced(self, sandbox_id: str, rows: list[TraceRow], dropped: int) -> None:
        """Pass on the frames that passed the gateway."""
        self._emit(
            events.SANDBOX_TRACE, {"id": sandbox_id, "rows": [row.as_json() for row in rows], "dropped": dropped}
        )

    def inside(self, sandbox_id: str, reports: list[dict[str, Any]], dropped: int) -> None:
        """Pass on what the program's own process reports about its handlers and rooms."""
        self._emit(events.SANDBOX_INSIDE, {"id": sandbox_id, "reports": reports, "dropped": dropped})

    def marked(self, sandbox_id: str, marks: list[Mark]) -> None:
        """Pass on what happened to the connections."""
        self._emit(events.SANDBOX_MARKS, {"id": sandbox_id, "marks": [mark.as_json() for mark in marks]})

    def faults_changed(self, sandbox_id: str, in_force: Mapping[str, Mapping[str, Any]]) -> None:
        """Show the faults that are in force now."""
        self._emit(events.SANDBOX_FAULTS, {"id": sandbox_id, "faults": in_force})

    def remembered(self) -> dict[str, Any] | None:
        """Return what a page that has just been loaded needs; None before the sandbox has reported anything."""
        if not self.state or self.sandbox is None:
            return None
        return {
            **self.state,
            "files": None if self.ended else dict(self.sandbox.program.files),
            "output": list(self._output),
            "trace": [row.as_json() for row in self.sandbox.trace.rows],
            "marks": [mark.as_json() for mark in self.sandbox.trace.marks],
            "inside": self.sandbox.inside.kept,
            "faults": self.sandbox.faults.in_force(),
        }

    @property
    def ended(self) -> bool:
        """Whether the program no longer runs."""
        return self.state.get("state") in ENDED


class Feeds:
    """The newest feed of each learner; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._feeds: OrderedDict[str, RunFeed] = OrderedDict()

    def remember(self, learner: str, feed: RunFeed) -> None:
        """Make `feed` the newest one of the learner."""
        self._feeds[learner] = feed
        self._feeds.move_to_end(learner)
        while len(self._feeds) > FEEDS_KEPT:
            self._feeds.popitem(last=False)

    def forget(self, learner: str) -> None:
        """Drop the learner's feed."""
        self._feeds.pop(learner, None)

    def of(self, learner: str, slug: str) -> dict[str, Any] | None:
        """Return what a page of the lesson `slug` needs to know about the learner's newest run there."""
        feed = self._feeds.get(learner)
        return feed.remembered() if feed is not None and feed.slug == slug else None

    def newest(self, learner: str, slug: str) -> RunFeed | None:
        """Return the feed of the learner's newest run on the lesson `slug`."""
        feed = self._feeds.get(learner)
        return feed if feed is not None and feed.slug == slug else None

    def state_of(self, learner: str, slug: str) -> dict[str, Any] | None:
        """Return the last announced state of the learner's newest run on the lesson `slug`."""
        feed = self._feeds.get(learner)
        return feed.state if feed is not None and feed.slug == slug and feed.state else None


def limits_json(limits: Limits) -> dict[str, Any]:
    """Return the limits that the page shows."""
    return {
        "wall_seconds": limits.wall_seconds,
        "idle_seconds": limits.idle_seconds,
        "idle_warning_seconds": limits.idle_warning_seconds,
        "memory_mb": limits.resident_bytes // (1024 * 1024),
    }
