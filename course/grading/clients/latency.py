"""How long a client waits for answers while something else goes on, and how much of that this machine has caused."""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import dataclass
from typing import Protocol

from course.grading.clients.evidence import Answer
from course.grading.failures import AuthorError, CheckFailed

HEARTBEAT_SECONDS = 0.005
"""How long a thread of ours sleeps at a time: if it oversleeps, the machine has kept us from running."""
PAUSE_SECONDS = 0.02
"""Anything shorter is ordinary scheduling, not a pause."""
ANSWER_SECONDS = 8.0
"""How long one question waits for its answer."""
CLEARLY = 4
"""A time this many times the limit, and this many times what the machine took from us, is beyond doubt."""


@dataclass(frozen=True)
class Pause:
    """A time in which this process wanted to run and could not, in seconds of the monotonic clock."""

    begun: float
    ended: float

    def within(self, begun: float, ended: float) -> float:
        """Return how much of it lies between two moments."""
        return max(0.0, min(self.ended, ended) - max(self.begun, begun))


class Measuring(Protocol):
    """The client that asks. `course.grading.clients.client` implements it."""

    name: str

    def ask_later(self, event: str) -> Answer:
        """Send an event without waiting."""

    def wait_answered(self, answer: Answer, seconds: float) -> bool:
        """Wait for the acknowledgement, and return whether it has come."""

    def dropped(self) -> CheckFailed | None:
        """Return the failure to show when the server has disconnected this client, else None."""


class Latency:
    """Asks again and again until its ``with`` block ends; then the figures are known. Made by `Client.measuring`.

    Pauses of this process itself are subtracted from every round trip: on a busy machine the client may be late to ask
    or to read, and that is not the server's fault.
    """

    def __init__(self, client: Measuring, event: str, every: float) -> None:
        self._client = client
        self._event = event
        self._every = every
        self._answers: list[Answer] = []
        self._pauses: list[Pause] = []
        self._ended = threading.Event()
        self._failure: CheckFailed | AuthorError | None = None
        self._threads = [
            threading.Thread(target=work, name=f"latency of {client.name}", daemon=True)
            for work in (self._watch, self._ask)
        ]
        self._seconds: list[float] = []

    def __enter__(self) -> Latency:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self._seconds = [self._without_pauses(answer.asked_at, answer.ended_at) for answer in self._answers]

    @property
    def count(self) -> int:
        """How many questions were answered."""
        return sum(answer.arrived for answer in self._answers)

    @property
    def worst(self) -> float:
        """Seconds of the longest round trip; one that never ended counts for as long as it was awaited."""
        return max(self._seconds, default=0.0)

    @property
    def median(self) -> float:
        """Seconds of the median round trip."""
        return statistics.median(self._seconds) if self._seconds else 0.0

    @property
    def own_pause(self) -> float:
        """Seconds of the longest pause of this process itself: a measure of how busy the machine is."""
        return max((pause.ended - pause.begun for pause in self._pauses), default=0.0)

    def expect_below(self, seconds: float, *, hint: str = "", mistake: str | None = None) -> None:
        """Claim that no answer took longer; make it after the ``with`` block.

        Raises:
            CheckFailed: one did, or never came. Where a busy machine may be part of the cause, the whole check is
                tried again before this counts.
        """
        expected = f"no answer takes longer than {_ms(seconds)}"
        if isinstance(self._failure, CheckFailed):  # a client that is frozen too long is dropped: it answers no ping
            raise self._failure.about(expected, hint, mistake)
        if self._failure:
            raise self._failure
        self._answers[-1].expect_arrived(hint=hint, mistake=mistake)
        if self.worst <= seconds:
            return
        raise CheckFailed(
            f"{self._client.name} had to wait for the answer to “{self._event}” while your server was busy.",
            expected=expected,
            actual=f"the slowest took {_ms(self.worst)}; half of the {self.count} took less than {_ms(self.median)}",
            hint=hint,
            mistake=mistake,
            timing=self.worst < CLEARLY * (seconds + self.own_pause),
        )

    def _without_pauses(self, begun: float, ended: float) -> float:
        return ended - begun - sum(pause.within(begun, ended) for pause in self._pauses)

    def _ask(self) -> None:
        try:
            while True:
                answer = self._client.ask_later(self._event)
                self._answers.append(answer)
                if not self._client.wait_answered(answer, ANSWER_SECONDS) or self._ended.wait(self._every):
                    self._failure = self._client.dropped()  # nothing is asked between the last answer and the end
                    return
        except (CheckFailed, AuthorError) as failure:
            self._failure = failure

    def _watch(self) -> None:
        before = time.monotonic()
        while not self._ended.wait(HEARTBEAT_SECONDS):
            now = time.monotonic()
            if now - before > HEARTBEAT_SECONDS + PAUSE_SECONDS:
                self._pauses.append(Pause(before + HEARTBEAT_SECONDS, now))
            before = time.monotonic()


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
