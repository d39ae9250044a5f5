"""Sends the supervisor what was noted inside a learner's program: in batches, within limits, on a thread of its own.

It is a real thread under every runtime: a handler that blocks gevent's event loop must still be reported.
Standard library only. Runs inside the confined child.
"""

from __future__ import annotations

import contextlib
import json
from collections import deque
from collections.abc import Callable
from typing import Any

from course.sandbox import native

EVERY_SECONDS = 0.05
"""The longest time that a report waits for others."""
REPORTS_AT_ONCE = 15
"""So at most 300 are sent per second; the rest follows with the next batch."""
WAITING_AT_MOST = 300
"""When this many are waiting, further reports are counted and not kept."""
BYTES_AT_ONCE = 12 * 1024
"""Of one message: less than the control channel carries in one line."""

Report = dict[str, Any]


class InsideSender:
    """The outgoing reports of one program. Safe to use from several threads and greenlets.

    Args:
        send: sends a message to the supervisor: JSON without a newline.
        news: called for every batch; returns reports made now (of running handlers, of rooms), and whether to look
            again without being asked.
    """

    def __init__(self, send: Callable[[bytes], None], news: Callable[[], tuple[list[Report], bool]]) -> None:
        self._send = send
        self._news = news
        self._waiting: deque[Report] = deque()
        self._dropped = 0
        self._begun = native.allocate_lock()
        self._wake = native.allocate_lock()
        self._pause = native.allocate_lock()
        self._wake.acquire()
        self._pause.acquire()  # never released: to wait for it is a sleep that gevent does not replace

    def add(self, report: Report) -> None:
        """Take a complete report."""
        if len(self._waiting) < WAITING_AT_MOST:
            self._waiting.append(report)
        else:
            self._dropped += 1
        self.look()

    def look(self) -> None:
        """Send what there is within `EVERY_SECONDS`."""
        with contextlib.suppress(RuntimeError):  # the program has used up its threads, or another thread was first
            if self._begun.acquire(False):
                native.start_new_thread(self._run, ())
            if self._wake.locked():
                self._wake.release()

    def _run(self) -> None:
        while True:
            self._wake.acquire()
            more = True
            while more:
                self._pause.acquire(True, EVERY_SECONDS)
                more = False
                with contextlib.suppress(Exception):  # not for the program's log; the next look may succeed
                    more = self._flush()

    def _flush(self) -> bool:
        """Send what fits into one message; return whether there is more to do."""
        made, again = self._news() if len(self._waiting) < WAITING_AT_MOST else ([], True)
        self._waiting.extend(made)
        size, batch = 0, list[bytes]()
        while self._waiting and len(batch) < REPORTS_AT_ONCE:
            text = _fitting(self._waiting[0])
            size += len(text)
            if size > BYTES_AT_ONCE and batch:
                break
            batch.append(text)
            self._waiting.popleft()
        dropped, self._dropped = self._dropped, 0
        if batch or dropped:
            self._send(b'{"inside": {"reports": [%b], "dropped": %d}}' % (b", ".join(batch), dropped))
        return again or bool(self._waiting)


def _fitting(report: Report) -> bytes:
    """Return a report as JSON; its lists are shortened until it fits into a message."""
    text = _json(report)
    for name in ("emits", "rooms"):
        while report.get(name) and len(text) > BYTES_AT_ONCE:
            report = {**report, name: report[name][: len(report[name]) // 2]}
            text = _json(report)
    return text


def _json(report: Report) -> bytes:
    # Half a surrogate pair becomes \\udxxx, as JSON writes it.
    return json.dumps(report, ensure_ascii=False).encode("utf-8", "backslashreplace")
