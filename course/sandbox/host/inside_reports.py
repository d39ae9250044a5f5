"""What a learner's program reports from inside: which handlers ran, what they emitted, which client is in which room.

The process can report anything: each field is checked and cut, times are moved onto the clock of the trace, and nothing
is ever graded by it. A forged report spoils its own learner's picture, and nothing else.

A report, as pages get it, is one of::

    {kind: "handler", run, time, seconds, event, namespace, client, thread, line, emits, left_out, error?}   has ended
    {kind: "began",   run, time,          event, namespace, client, thread, line, emits, left_out}           goes on
    {kind: "emits",   run, time, handler: null, thread, route, emits}        by a background task, or an HTTP route
    {kind: "rooms",   time, rooms: [{namespace, room, kind: "all"|"own"|"room", clients: [tag or sid]}]}

where an emission is ``{time, event, namespace, to: "all"|"self"|"room:<name>"|"client:<tag or sid>", skip}``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from course.sandbox.host.control_messages import InsideMessage
from course.sandbox.host.said_values import NUMBER_AT_MOST, NotSaid, count, finite, is_count, line, text
from course.sandbox.per_second import PerSecond

KEPT = 60
"""Handlers that a reloaded page is sent again."""
REPORTS_PER_SECOND = 400
BYTES_PER_SECOND = 256 * 1024
"""A little more than the sender in the program's process sends."""
EMITS_AT_MOST = 20
ROOMS_AT_MOST = 60
CLIENTS_AT_MOST = 40
NAME_CHARACTERS = 80
ERROR_CHARACTERS = 200
ROOM_KINDS = ("all", "own", "room")

Report = dict[str, Any]


class Inside:
    """What is known about the inside of one program.

    Args:
        tell: called with checked reports, and how many were left out since the last ones. It must not raise.
        clock: seconds, never going back; the same clock that the program's process reads.
        before: what was known about the process before the same program was started again.
    """

    def __init__(
        self,
        tell: Callable[[list[Report], int], None],
        clock: Callable[[], float] = time.monotonic,
        before: Inside | None = None,
    ) -> None:
        self._tell = tell
        self._clock = clock
        self._started: float = before._started if before else clock()
        self._handlers: dict[int, Report] = before._handlers.copy() if before else {}
        self._goes_on = before is not None
        # A new process counts its runs from the beginning again.
        self._first_run = max(self._handlers, default=-1) + 1
        self._rooms: list[Report] = []
        self._bytes_quota = PerSecond(BYTES_PER_SECOND)
        self._reports_quota = PerSecond(REPORTS_PER_SECOND)

    def ready(self) -> None:
        """Set time 0: the sandbox became ready. A restarted program keeps its first time 0, as the trace does."""
        if not self._goes_on:
            self._started = self._clock()

    def hear(self, said: InsideMessage) -> bool:
        """Check what was said, keep it and pass it on; return False when it is more than a second may bring."""
        now = self._clock()
        dropped = said.dropped if is_count(said.dropped) else 0
        if self._bytes_quota.take(now, said.size) < said.size:
            self._tell_if_any([], dropped + len(said.reports))
            return False
        admitted = self._reports_quota.take(now, len(said.reports))
        reports = list(self._checked(said.reports[:admitted], now - self._started))
        self._tell_if_any(reports, dropped + len(said.reports[admitted:]))
        return admitted == len(said.reports)

    @property
    def kept(self) -> dict[str, list[Report]]:
        """Return what a page that has just been loaded needs: the last ``{handlers, rooms}``."""
        return {"handlers": list(self._handlers.copy().values()), "rooms": self._rooms}

    def _checked(self, reports: list[Any], now: float) -> Iterator[Report]:
        for said in reports:
            try:
                report = self._report(said, now)
            except (NotSaid, KeyError, TypeError):
                continue
            if report["kind"] == "rooms":
                self._rooms = report["rooms"]
            elif not self._keep(report):
                continue
            yield report

    def _keep(self, report: Report) -> bool:
        """Keep it in place of an earlier report of the same run; return False for a "began" after the end."""
        run = report["run"]
        before = self._handlers.get(run)
        if before is not None and before["kind"] != "began":
            return False
        self._handlers[run] = report
        while len(self._handlers) > KEPT:
            del self._handlers[next(iter(self._handlers))]
        return True

    def _run(self, number: Any) -> int:
        return (count(number) + self._first_run) % (NUMBER_AT_MOST + 1)

    def _tell_if_any(self, reports: list[Report], dropped: int) -> None:
        if reports or dropped:
            self._tell(reports, dropped)

    def _report(self, said: Any, now: float) -> Report:
        at = self._time(said["time"], now)
        match said["kind"]:
            case "rooms":
                return {"kind": "rooms", "time": at, "rooms": [_room(each) for each in said["rooms"][:ROOMS_AT_MOST]]}
            case "emits":
                return {
                    "kind": "emits",
                    "run": self._run(said["run"]),
                    "time": at,
                    "handler": None,
                    "thread": _text(said["thread"]),
                    "route": None if said["route"] is None else _text(said["route"]),
                    "emits": self._emits(said["emits"], now),
                }
            case "began":
                return self._handler(said, at, now)
            case "handler":
                report = {**self._handler(said, at, now), "seconds": _seconds(said["seconds"], now - at)}
                return {**report, "error": _text(said["error"], ERROR_CHARACTERS)} if "error" in said else report
        raise NotSaid

    def _handler(self, said: Any, at: float, now: float) -> Report:
        return {
            "kind": _text(said["kind"]),
            "run": self._run(said["run"]),
            "time": at,
            "event": _text(said["event"]),
            "namespace": _text(said["namespace"]),
            "client": _text(said["client"]),
            "thread": _text(said["thread"]),
            "line": line(said["line"]),
            "emits": self._emits(said["emits"], now),
            "left_out": count(said["left_out"]),
        }

    def _emits(self, said: Any, now: float) -> list[Report]:
        if not isinstance(said, list):
            raise NotSaid
        return [
            {
                "time": self._time(each["time"], now),
                "event": _text(each["event"]),
                "namespace": _text(each["namespace"]),
                "to": _addressee(each["to"]),
                "skip": each["skip"] is True,
            }
            for each in said[:EMITS_AT_MOST]
        ]

    def _time(self, said: Any, now: float) -> float:
        """Move a time onto the clock of the trace; none lies before the start or in the future."""
        return round(min(max(0.0, finite(said) - self._started), max(0.0, now)), 4)


def _room(said: Any) -> Report:
    if said["kind"] not in ROOM_KINDS or not isinstance(said["clients"], list):
        raise NotSaid
    return {
        "namespace": _text(said["namespace"]),
        "room": _text(said["room"]),
        "kind": said["kind"],
        "clients": [_text(client) for client in said["clients"][:CLIENTS_AT_MOST]],
    }


def _addressee(said: Any) -> str:
    if isinstance(said, str) and (said in ("all", "self") or said.startswith(("room:", "client:"))):
        return _text(said, NAME_CHARACTERS + len("client:"))
    raise NotSaid


def _text(said: Any, most: int = NAME_CHARACTERS) -> str:
    return text(said, most)


def _seconds(said: Any, most: float) -> float:
    return round(min(max(0.0, finite(said)), max(0.0, most)), 4)
