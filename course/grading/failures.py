"""How a check fails: one exception, and the sentences that tell the kinds of failure apart. Pure: no I/O."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, Protocol

_SHOWN_CHARACTERS = 160
REPORT_SECONDS = 0.5
"""How long a failure waits for the sandbox's report of the exception behind it."""


@dataclass(frozen=True)
class Pointer:
    """The arrow that a failure is about: one that never came, one too many, or one that carried something else."""

    kind: Literal["missing", "extra", "wrong"]
    client: str
    event: str = ""
    """The event's name; empty for an acknowledgement."""
    args: tuple[Any, ...] | None = None
    """What it carried, or should have carried; None when that does not matter."""
    what: Literal["message", "connection", "end", "newest"] = "message"
    """An event or an acknowledgement; the request to connect and its answer; the end of the connection by the server;
    or the last that the client has sent or received."""

    def pointer(self) -> Pointer:
        """Return itself: it is the place already."""
        return self

    def as_mark(self, seconds: float) -> dict[str, Any]:
        """Return the mark that the page draws: {time, client, kind, what, direction, event, args, text}."""
        name = _WHAT.get(self.what) or (f"“{self.event}”" if self.event else "the acknowledgement")
        carried = f" {show(*self.args)}" if self.args else ""
        return {
            "time": round(seconds, 4),
            "client": self.client,
            "kind": self.kind,
            "what": self.what,
            "direction": "received",
            "event": self.event,
            "args": _plain(self.args),
            "text": f"{self.kind}: {name}{carried}",
        }


_WHAT = {
    "connection": "the answer to the request to connect",
    "end": "the end of the connection",
    "newest": "the last that passed",
}


class Shown(Protocol):
    """What the picture of a check shows: a client, an event, an answer, a refusal."""

    def pointer(self) -> Pointer:
        """Return its place in the picture."""


def _plain(args: tuple[Any, ...] | None) -> list[Any] | None:
    """Return a payload as plain JSON; None when it holds bytes or placeholders, which JSON does not have."""
    try:
        plain: list[Any] | None = json.loads(json.dumps(args))
    except (TypeError, ValueError):
        return None
    return plain


class CheckFailed(Exception):
    """The learner's program did not do what the check expects."""

    def __init__(
        self,
        message: str,
        *,
        expected: str = "",
        actual: str = "",
        hint: str = "",
        mistake: str | None = None,
        line: int | None = None,
        settled: bool = False,
        timing: bool = False,
        points: Pointer | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.actual = actual
        self.hint = hint
        self.mistake = mistake
        self.line = line
        self.settled = settled
        """Whether the cause is not what the check is about: a claim adds neither words nor a mistake of its own."""
        self.timing = timing
        """Timing-dependent: a busy machine may be the cause, so the check is tried again before this counts."""
        self.points = points
        """The arrow that the picture of this failure marks."""

    def about(self, expected: str, hint: str, mistake: str | None) -> CheckFailed:
        """Return the failure in the words of the claim that came across it."""
        if not self.settled:
            self.expected, self.hint, self.mistake = expected, hint or self.hint, mistake
        return self


class AuthorError(Exception):
    """The check itself makes no sense: our fault, never the learner's."""


def fail(
    message: str,
    *,
    expected: str = "",
    actual: str = "",
    hint: str = "",
    mistake: str | None = None,
    line: int | None = None,
    timing: bool = False,
    about: Shown | None = None,
) -> NoReturn:
    """End the check as failed.

    Args:
        message: one sentence: what went wrong.
        expected: what a right program would have shown.
        actual: what happened instead.
        hint: one next step.
        mistake: id of the known mistake, a folder in ``wrong/``.
        line: line of ``server.py`` that raised.
        timing: whether a busy machine might be the cause. Then the whole check is tried again before this counts.
        about: what the picture of the check points at: an event that was heard, an answer, a refusal; for a client, the
            last that it sent or received.

    Raises:
        CheckFailed: always.
    """
    raise CheckFailed(
        message,
        expected=expected,
        actual=actual,
        hint=hint,
        mistake=mistake,
        line=line,
        timing=timing,
        points=about.pointer() if about else None,
    )


@dataclass(frozen=True)
class ReportedException:
    """An exception in the learner's program, as the sandbox reported it. It affects words, never the outcome."""

    type: str
    message: str
    line: int | None
    handler: str
    """Name of the learner's function that was called, or method and path of a route; empty when none was called
    yet."""
    noted_at: float
    """On the monotonic clock."""

    def shown(self) -> str:
        """Return type and message, like the last line of a traceback."""
        return f"{self.type}: {self.message}"[:300] if self.message else self.type

    def sentence(self) -> str:
        """Return what happened, with the line where there is one."""
        where = f" on line {self.line}" if self.line else ""
        if self.handler.isidentifier():
            whose = f"Your function {self.handler}()"
        else:
            whose = f"Your route {self.handler}" if " /" in self.handler else "Your program"
        return f"{whose} raised {self.type}{where}."


def show(*values: Any) -> str:
    """Return values as they are on the wire, short enough to read."""
    return ", ".join(_show_one(value) for value in values)


def show_event(event: str, args: tuple[Any, ...]) -> str:
    """Return an event and what it carried, in words."""
    return f"“{event}” with {show(*args)}" if args else f"“{event}” with no payload"


def _show_one(value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, default=_show_binary)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


def _show_binary(value: Any) -> str:
    if isinstance(value, bytes | bytearray):
        return f"<{len(value)} bytes>"
    raise TypeError
