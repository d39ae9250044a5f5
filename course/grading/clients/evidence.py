"""What a client has after it asked or listened: the evidence for claims."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from course.grading.failures import CheckFailed, Pointer, show, show_event

LATE_SECONDS = 0.5
"""How much longer a failure waits, only to tell "too late" from "never"."""

ANY: Any = object()
"""Matches any one value in an expected payload."""


class Listener(Protocol):
    """The client that heard something. `course.grading.clients.listening` implements it."""

    name: str

    def heard(self, event: str | None = None) -> list[Received]:
        """Return what it has heard so far (of that event), oldest first."""


class Asker(Listener, Protocol):
    """The client that asked something. `course.grading.clients.client` implements it."""

    def wait_for(self, condition: Callable[[], Any], seconds: float) -> Any:
        """Wait until something heard makes the condition true; return its value, falsy when it never was true."""

    def nothing_came(self, event: str, since: float) -> CheckFailed | None:
        """Return the failure that explains why nothing came back; None when nothing is known."""


@dataclass(frozen=True)
class Received:
    """One event a client heard. Also the evidence that an emit has happened (see `Client.expect_nothing`)."""

    client: Listener
    event: str
    args: tuple[Any, ...]
    time: float

    @property
    def value(self) -> Any:
        """The first argument, or None when the event carried nothing."""
        return self.args[0] if self.args else None

    def pointer(self) -> Pointer:
        """Return its place in the picture."""
        return Pointer("wrong", self.client.name, self.event, self.args)

    def __str__(self) -> str:
        return show_event(self.event, self.args)


class Answer:
    """What came back to an `ask`: an acknowledgement, or nothing."""

    def __init__(self, client: Asker, event: str) -> None:
        self.client = client
        self.event = event
        self._values: tuple[Any, ...] | None = None
        self.asked_at = time.monotonic()
        self._came_at: float | None = None
        self._given_up_at: float | None = None

    @property
    def arrived(self) -> bool:
        """Whether an acknowledgement came in time, even an empty one."""
        return self._values is not None

    @property
    def values(self) -> tuple[Any, ...]:
        """What the acknowledgement carried; empty when it carried, or was, nothing."""
        return self._values or ()

    @property
    def value(self) -> Any:
        """The first value, or None."""
        return self.values[0] if self.values else None

    @property
    def ended_at(self) -> float:
        """When it came; until then, the present time. On the monotonic clock."""
        return self._came_at or time.monotonic()

    @property
    def seconds(self) -> float:
        """How long it took to come, or how long it has been awaited."""
        return self.ended_at - self.asked_at

    def is_exactly(self, *values: Any) -> bool:
        """Return whether an acknowledgement came and carried exactly these values."""
        return self.arrived and same_payload(self.values, values)

    def expect_arrived(self, *, hint: str = "", mistake: str | None = None) -> None:
        """Claim that an acknowledgement came.

        Raises:
            CheckFailed: none came; the failure says why, if that is known.
        """
        if not self.arrived:
            raise self._missing("an acknowledgement", hint, mistake)

    def expect(self, *values: Any, hint: str = "", mistake: str | None = None) -> None:
        """Claim that the acknowledgement carried exactly these values.

        Raises:
            CheckFailed: it did not come, or carried something else.
        """
        expected = show(*values) if values else "an empty acknowledgement"
        if not self.arrived:
            raise self._missing(expected, hint, mistake)
        if not self.is_exactly(*values):
            raise CheckFailed(
                f"The acknowledgement of “{self.event}” is not the expected one.",
                expected=expected,
                actual=show(*self.values) if self.values else "an empty acknowledgement",
                hint=hint,
                mistake=mistake,
                points=self.pointer(),
            )

    def pointer(self) -> Pointer:
        """Return its place in the picture, or where it should be."""
        name = self.client.name
        return Pointer("wrong", name, args=self.values) if self.arrived else Pointer("missing", name)

    def acknowledge(self, *values: Any) -> None:
        """Store what the server sent; called by the client, under its lock."""
        self._came_at = time.monotonic()
        if self._given_up_at is None:
            self._values = values

    def give_up(self) -> None:
        """Give up waiting: from now on an acknowledgement comes too late."""
        self._given_up_at = time.monotonic()

    def heard_instead(self) -> list[Received]:
        """Return the events the asking client heard since it asked."""
        return [event for event in self.client.heard() if event.time >= self.asked_at]

    def _missing(self, expected: str, hint: str, mistake: str | None) -> CheckFailed:
        points = Pointer("missing", self.client.name, "")
        failure = self.client.nothing_came(self.event, self.asked_at) or self._too_late()
        if failure is not None:
            failure.points = failure.points or points
            return failure.about(expected, hint, mistake)
        heard = "; ".join(str(event) for event in self.heard_instead()[:3])
        waited = (self._given_up_at or time.monotonic()) - self.asked_at
        return CheckFailed(
            f"“{self.event}” was never acknowledged: {self.client.name} waited {waited:.0f} s.",
            expected=expected,
            actual=f"no acknowledgement, but the event {heard}" if heard else "nothing came back",
            hint=hint or f"Is there a handler for “{self.event}”, and does it return a value?",
            mistake=mistake,
            points=points,
        )

    def _too_late(self) -> CheckFailed | None:
        latest = (self._given_up_at or time.monotonic()) + LATE_SECONDS
        self.client.wait_for(lambda: self._came_at is not None, max(0, latest - time.monotonic()))
        if self._came_at is None:
            return None
        return CheckFailed(
            f"The acknowledgement of “{self.event}” came too late.",
            actual=f"it came after {self._came_at - self.asked_at:.1f} s",
            hint="Let the handler return at once; work that takes long belongs into a background task.",
            points=Pointer("wrong", self.client.name, ""),
        )


def spread(events: Sequence[Received]) -> float:
    """Return the seconds between the first of several events and the last, as the client heard them."""
    moments = [event.time for event in events]
    return max(moments, default=0.0) - min(moments, default=0.0)


def same_payload(actual: tuple[Any, ...], expected: tuple[Any, ...]) -> bool:
    """Return whether two payloads are equal on the wire, where True is not 1."""
    if len(actual) != len(expected):
        return False
    return all(
        want is ANY or (got == want and isinstance(got, bool) == isinstance(want, bool))
        for got, want in zip(actual, expected, strict=True)
    )
