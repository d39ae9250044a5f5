"""What a check may claim about what a client heard, and how each claim fails."""

from __future__ import annotations

import time
from typing import Any

from course.grading.clients.evidence import Answer, Received, same_payload
from course.grading.clients.http_answer import HttpAnswer
from course.grading.clients.listening import Listening
from course.grading.clients.transports import MAX_RECEIVED_BYTES
from course.grading.failures import AuthorError, CheckFailed, Pointer, show_event

Evidence = Received | Answer | HttpAnswer
WHO = "Who shall receive it? emit(…) answers the sender, socketio.emit(…) reaches everybody."


class Claims(Listening):
    """The part of a `Client` that makes claims."""

    def expect_event(
        self, event: str, *args: Any, within: float = 0, hint: str = "", mistake: str | None = None
    ) -> Received:
        """Claim that this client hears `event`, with exactly these arguments; `ANY` matches any one.

        `within` is for what takes its time: so many seconds are waited at least.

        Raises:
            CheckFailed: it did not come, came to others only, or carried something else.
        """
        begun = time.monotonic()
        found = self.wait_patiently(
            lambda: next((item for item in self.heard(event) if same_payload(item.args, args)), None), within
        )
        if isinstance(found, Received):
            return found
        expected = f"{self.name} hears {show_event(event, args)}"
        failure = self._event_missing(event, expected, begun, hint, mistake)
        if failure.points is None or failure.points.kind == "missing":
            failure.points = Pointer("missing", self.name, event, args)
        raise failure

    def expect_events(
        self, event: str, *, times: int, within: float = 0, hint: str = "", mistake: str | None = None
    ) -> list[Received]:
        """Claim that this client hears `event` so many times, whatever it carries; return those, oldest first.

        Raises:
            CheckFailed: it came less often, or to others only.
        """
        begun = time.monotonic()
        self.wait_patiently(lambda: len(self.heard(event)) >= times, within)
        heard = self.heard(event)
        if len(heard) >= times:
            return heard[:times]
        raise self._heard_so_often(event, len(heard), times, begun, hint, mistake)

    def expect_exactly(
        self, event: str, *args: Any, times: int = 1, after: Evidence, hint: str = "", mistake: str | None = None
    ) -> list[Received]:
        """Claim that this client hears `event` so many times and not once more; return those, oldest first.

        With arguments only events that carry exactly these are counted. The claim needs the evidence that
        `expect_nothing` needs.

        Raises:
            CheckFailed: it came more or less often.
            AuthorError: the evidence never came.
        """
        begun = time.monotonic()
        _require(after)
        self._must_listen()
        self.wait_patiently(lambda: len(self._matching(event, args)) >= times)
        self.fence()
        self.fence()
        heard = self._matching(event, args)
        if len(heard) == times:
            return heard
        raise self._heard_so_often(event, len(heard), times, begun, hint, mistake)

    def expect_nothing(
        self, *, after: Evidence, event: str | None = None, hint: str = "", mistake: str | None = None
    ) -> None:
        """Claim that this client did not hear `event` (or anything).

        The claim needs evidence that the emit has happened: what a rightful recipient received, the acknowledgement
        of the handler that emits, or the answer of the route that does. After it this client makes two round trips
        of its own, so what the server had queued for it has arrived when the claim is judged.

        Raises:
            CheckFailed: it did hear it, or the route that is the evidence failed.
            AuthorError: the evidence never came, so silence would prove nothing.
        """
        _require(after)
        self._must_listen()
        self.fence()
        self.fence()
        heard = self.heard(event)
        if heard:
            raise CheckFailed(
                f"{self.name} heard something that was not meant for it.",
                expected=f"{self.name} hears " + (f"no “{event}”" if event else "nothing"),
                actual=f"{self.name} heard {heard[0]}",
                hint=hint or WHO,
                mistake=mistake,
                points=Pointer("extra", self.name, heard[0].event, heard[0].args),
            )

    def expect_connected(self, *, hint: str = "", mistake: str | None = None) -> None:
        """Claim that the server keeps this client, after a round trip before which a disconnect would have arrived.

        Raises:
            CheckFailed: it was disconnected.
        """
        self._must_listen()
        self.fence()
        if not self.connected:
            raise self._was_disconnected(hint, mistake)

    def expect_gone(self, *, within: float = 0, hint: str = "", mistake: str | None = None) -> None:
        """Claim that the server disconnects this client.

        Raises:
            CheckFailed: it kept it, or is itself gone.
            AuthorError: this client has left or frozen by itself, and sees no more what becomes of it.
        """
        self._must_listen()
        self.wait_patiently(lambda: self._lost, within)
        if not self._lost:
            raise CheckFailed(
                f"Your server kept {self.name}: the check waited {max(within, self.patience):.0f} s.",
                expected=f"{self.name} is disconnected",
                actual=f"{self.name} is still connected",
                hint=hint,
                mistake=mistake,
                points=Pointer("missing", self.name, what="end"),
            )
        failure = self._server.stopped() or self._flooded()
        if failure:
            raise failure

    def nothing_came(self, event: str, since: float) -> CheckFailed | None:
        """Return the failure that explains why nothing came since that moment; None when nothing explains it."""
        stopped = self._server.stopped()
        if stopped:
            return stopped
        raised = self._server.reports.exceptions_since(since)
        if raised:
            fitting = [exception for exception in raised if exception.handler == event]
            exception = (fitting or raised)[0]
            return CheckFailed(
                exception.sentence(),
                actual=exception.shown(),
                hint="Start at the line that raised: the server log shows the whole traceback.",
                line=exception.line,
            )
        return self.dropped()

    def dropped(self) -> CheckFailed | None:
        """Return the failure that says that the server has ended the connection; None while it keeps it.

        Raises:
            AuthorError: this client has left or frozen by itself, and sees no more what becomes of it.
        """
        return None if self.connected else self._was_disconnected("", None)

    def _was_disconnected(self, hint: str, mistake: str | None) -> CheckFailed:
        self._must_listen()
        return self._flooded() or CheckFailed(
            f"Your server disconnected {self.name}.",
            expected=f"{self.name} stays connected",
            actual=f"{self.name} was disconnected",
            hint=hint or "Look for a call of disconnect().",
            mistake=mistake,
            points=Pointer("extra", self.name, what="end"),
        )

    def _flooded(self) -> CheckFailed | None:
        if self.name not in self._server.recording.flooded:
            return None
        return CheckFailed(
            f"Your server sent far too much to {self.name}.",
            expected=f"{self.name} hears a few events",
            actual=f"more than {MAX_RECEIVED_BYTES // 1024**2} MB",
            hint="Is there an emit in a loop without an end?",
            settled=True,
        )

    def _must_listen(self) -> None:
        if self._left:
            raise AuthorError(f"{self.name} {self._left}: it hears nothing, and that proves nothing")

    def _event_missing(self, event: str, expected: str, since: float, hint: str, mistake: str | None) -> CheckFailed:
        self._must_listen()
        mine = self.heard(event)
        if mine:
            return CheckFailed(
                f"{self.name} heard “{event}”, but not with the expected payload.",
                expected=expected,
                actual=f"{self.name} heard {mine[-1]}",
                hint=hint,
                mistake=mistake,
                points=Pointer("wrong", self.name, event, mine[-1].args),
            )
        elsewhere = [other for other in self._server.others(than=self) if other.heard(event)]
        if elsewhere:
            names = " and ".join(other.name for other in elsewhere)
            return CheckFailed(
                f"“{event}” did not reach {self.name}.",
                expected=expected,
                actual=f"only {names} heard it",
                hint=hint or WHO,
                mistake=mistake,
                points=Pointer("missing", self.name, event),
            )
        failure = self.nothing_came(event, since) or CheckFailed(
            f"{self.name} never heard “{event}”: it waited {time.monotonic() - since:.0f} s.",
            actual="; ".join(f"{self.name} heard {item}" for item in self.heard()[:3]) or "nothing came",
        )
        return failure.about(expected, hint, mistake)

    def _heard_so_often(
        self, event: str, heard: int, times: int, since: float, hint: str, mistake: str | None
    ) -> CheckFailed:
        expected = f"{self.name} hears “{event}” {_often(times)}"
        if not heard:
            failure = self._event_missing(event, expected, since, hint, mistake)
            failure.points = failure.points or Pointer("missing", self.name, event)
            return failure
        return CheckFailed(
            f"{self.name} heard “{event}” {_often(heard)}.",
            expected=expected,
            actual=f"{self.name} heard it {_often(heard)}",
            hint=hint,
            mistake=mistake,
            points=Pointer("extra" if heard > times else "missing", self.name, event),
        )

    def _matching(self, event: str, args: tuple[Any, ...]) -> list[Received]:
        """Return the heard events of that name with that payload, or with any when none is given."""
        return [item for item in self.heard(event) if not args or same_payload(item.args, args)]


def _require(evidence: Evidence) -> None:
    if isinstance(evidence, Answer) and not evidence.arrived:
        raise AuthorError("silence proves nothing after an answer that never came")
    if isinstance(evidence, HttpAnswer):
        evidence.expect_ok()


def _often(times: int) -> str:
    return {1: "once", 2: "twice"}.get(times, f"{times} times")
