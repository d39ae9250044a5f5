"""What a child may say about itself: a closed list, read here and nowhere else. Its program can forge all of it.

So each message only describes, to the program's own learner, and each field is of one type and bounded:

=========== ================================= ============================================================
message     fields                            what it can do
=========== ================================= ============================================================
`ready`     none that counts                  a program that starts counts as listening; its time goes on
`exception` type, message, line, handler      is shown, and told to the checks of the same learner
`inside`    reports, dropped                  is shown, once `inside_reports` has read it
`ended`     code (of `END_CODES`), reason,    puts words to an end that the host has seen: that the process
            error: type, message, line, text, has left by itself. Nothing else goes by them
            file
=========== ================================= ============================================================

Everything else is dropped and counted. What a flood costs is bounded, too: once a second's messages are used up, bytes
are skipped without being looked at one by one.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Never

from course.sandbox.host.said_values import NotSaid, line, text
from course.sandbox.model import LearnerException
from course.sandbox.per_second import PerSecond

LINE_BYTES = 16 * 1024
"""A longer line is not one of our messages."""
MESSAGES_PER_SECOND = 100
END_CODES = frozenset(
    "async_mode exception exited memory no_keyboard no_module no_run_call no_setting no_terminal not_allowed "
    "one_database processes recursion syntax_error too_late_to_patch".split()
)
"""What a program can have ended of by itself. No end that the site decides on has one of these names, except `exited`
and `memory`, which say the same whoever says it."""


@dataclass(frozen=True)
class Ready:
    """The program has reached its ``run`` call: it listens."""


@dataclass(frozen=True)
class EndDescribed:
    """Why the program is about to leave, in its own words."""

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


Message = Ready | EndDescribed | LearnerException | InsideMessage


class ControlReader:
    """Turns the bytes of one child's control socket into messages; what is malformed or too much is dropped."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.dropped = 0
        """Lines that were no message, or too many."""
        self._clock = clock
        self._pending = bytearray()
        self.skips = False
        """Whether the line that is being read is skipped to its end: it is too long."""
        self._messages = PerSecond(MESSAGES_PER_SECOND)

    def feed(self, data: bytes) -> Iterator[Message]:
        """Yield the messages that `data` completes."""
        self._pending += data
        now = self._clock()
        begin = 0
        while (end := self._pending.find(b"\n", begin)) >= 0:
            if not self._messages.take(now):
                last = self._pending.rfind(b"\n")
                self.dropped += self._pending.count(b"\n", begin)
                begin, self.skips = last + 1, False
                break
            message = None if self.skips or end - begin > LINE_BYTES else _read(self._pending[begin:end])
            begin, self.skips = end + 1, False
            if message is None:
                self.dropped += 1
            else:
                yield message
        del self._pending[:begin]
        if len(self._pending) > LINE_BYTES:
            self._pending.clear()
            self.skips = True


def _read(said: bytes | bytearray) -> Message | None:
    # RecursionError: a forged message may be nested deeper than the parser goes.
    with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
        ((kind, fields),) = json.loads(said, parse_constant=_no_number).items()
        match kind:
            case "ready":
                return Ready()
            case "exception":
                return LearnerException(**_raised(fields), handler=text(fields.get("handler", ""), 80))
            case "inside":
                if isinstance(fields["reports"], list):
                    return InsideMessage(fields["reports"], fields.get("dropped"), len(said))
            case "ended" if fields["code"] in END_CODES:
                return EndDescribed(fields["code"], text(fields["reason"], 600), _error(fields.get("error")))
    return None


def _raised(said: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": text(said["type"], 80),
        "message": text(said["message"], 500),
        "line": line(said.get("line")),
    }


def _error(said: Any) -> dict[str, Any] | None:
    if said is None:
        return None
    file = said.get("file")
    return {
        **_raised(said),
        "file": None if file is None else text(file, 100),
        "text": text(said.get("text", ""), 500),
    }


def _no_number(name: str) -> Never:
    raise NotSaid(f"{name} is no number in JSON")
