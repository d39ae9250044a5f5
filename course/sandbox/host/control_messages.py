"""What a child says about itself, line by line. Its program can forge all of it, so everything is checked."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from course.sandbox.model import LearnerException
from course.sandbox.per_second import PerSecond

UNFINISHED_BYTES = 64 * 1024
"""More than this without the end of a line is not one of our messages."""
MESSAGES_PER_SECOND = 100
"""More are dropped: a flood must cost the site nothing."""


@dataclass(frozen=True)
class Ready:
    """The program has reached its ``run`` call: it listens."""


@dataclass(frozen=True)
class Ended:
    """Why the program is about to end, in the child's words."""

    code: str
    reason: str
    error: dict[str, Any] | None


@dataclass(frozen=True)
class InsideMessage:
    """What goes on inside the program, in the child's words: `inside_reports` has not checked any of it yet."""

    reports: list[Any]
    dropped: Any
    size: int
    """Bytes of the message."""


Message = Ready | Ended | LearnerException | InsideMessage


class ControlReader:
    """Turns the bytes of one child's control socket into messages; what is malformed or too much is dropped."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pending = bytearray()
        self._messages = PerSecond(MESSAGES_PER_SECOND)

    def feed(self, data: bytes) -> Iterator[Message]:
        """Yield the messages that `data` completes."""
        self._pending += data
        while (end := self._pending.find(b"\n")) >= 0:
            line = bytes(self._pending[:end])
            del self._pending[: end + 1]
            message = _read(line) if self._messages.take(self._clock()) else None
            if message is not None:
                yield message
        if len(self._pending) > UNFINISHED_BYTES:
            self._pending.clear()


def _read(line: bytes) -> Message | None:
    # RecursionError: a forged message may be nested deeper than the parser goes.
    with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
        said = json.loads(line)
        if "ready" in said:
            return Ready()
        if "exception" in said:
            return _exception(said["exception"])
        if "inside" in said:
            inside = said["inside"]
            return InsideMessage(list(inside["reports"]), inside.get("dropped"), len(line))
        if "ended" in said:
            end = said["ended"]
            return Ended(str(end["code"])[:40], str(end["reason"])[:600], _error(end.get("error")))
    return None


def _exception(said: dict[str, Any]) -> LearnerException:
    return LearnerException(
        type=str(said["type"])[:80],
        message=str(said["message"])[:500],
        line=_line(said),
        handler=str(said.get("handler", ""))[:80],
    )


def _error(said: Any) -> dict[str, Any] | None:
    if not isinstance(said, dict):
        return None
    return {
        "type": str(said.get("type", ""))[:80],
        "message": str(said.get("message", ""))[:500],
        "file": str(said.get("file") or "")[:100] or None,
        "line": _line(said),
        "text": str(said.get("text", ""))[:500],
    }


def _line(said: dict[str, Any]) -> int | None:
    line = said.get("line")
    return line if isinstance(line, int) else None
