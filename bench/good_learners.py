"""Ten learners of `bench.hostile` who do what a course is for: read, run, send events, check; each is timed."""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from bench.forwarded import PageFrom
from bench.wire import Wire

LEARNERS = 10
CYCLE_SECONDS = 2.0
"""How often each reads, runs, sends and checks."""
CYCLES = 15
"""After so many a learner leaves, and another one comes: a minute's budget is 20 of them."""
EVENTS = 3
TIMED = ("page", "acknowledgement", "run", "check")
SOLUTION = Path("lessons/03-listening-to-events/exercises/add-with-ack/solution/server.py")
WEBSOCKET = "/socket.io/?EIO=4&transport=websocket"
_numbers = count(1)


class Samples:
    """Seconds of everything that was done, by what it was and by the turn in which it began; `turn` is set outside."""

    def __init__(self) -> None:
        self.turn = ""
        """Empty while nothing counts."""
        self.took: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.failed: dict[str, list[str]] = defaultdict(list)
        """By turn: who was refused or got no answer, in words."""

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Time something; what raises is a failure."""
        turn, begun = self.turn, time.perf_counter()
        try:
            yield
        except Exception as failure:
            self.failed[turn].append(f"{what} after {time.perf_counter() - begun:.1f} s: {failure!r}")
            raise
        self.took[what, turn].append(time.perf_counter() - begun)


class Refused(Exception):
    """The site refused what a good learner asked for."""


class GoodLearner:
    """One learner after the other in the same seat."""

    def __init__(self, url: str, samples: Samples) -> None:
        self._url, self._samples = url, samples
        self._wire: Wire | None = None
        self._address = ""

    def stay(self, over: threading.Event) -> None:
        """Learn until it is over."""
        over.wait(random.uniform(0, CYCLE_SECONDS))  # not all at the same moment
        while not over.is_set():
            with suppress(Exception):  # counted where it happened; the next learner comes
                self._visit(over)
            over.wait(0.2)

    def _visit(self, over: threading.Event) -> None:
        number = next(_numbers)
        self._address = f"198.51.{100 + number // 250}.{1 + number % 250}"
        with self._samples.timed("arrival"):
            page = PageFrom(self._address, self._url)
        with page:
            for _ in range(CYCLES):
                begun = time.perf_counter()
                self._learn(page)
                if over.wait(max(0.0, random.uniform(0.8, 1.2) * CYCLE_SECONDS - (time.perf_counter() - begun))):
                    return

    def _learn(self, page: PageFrom) -> None:
        timed = self._samples.timed
        with timed("page"):
            page.browser.get(f"{self._url}/lessons/listening-to-events/", timeout=30).raise_for_status()
        with timed("run"):
            wire = self._run(page)
        try:
            for _ in range(EVENTS):
                with timed("acknowledgement"):
                    assert wire.ask("add", 2, 3) == [5]
        finally:
            wire.close()
        with timed("check"):
            accepted(page.ask("check", self._program()))
            finished = page.await_event("check_finished", timeout=60)
            if finished["error"] or finished["passed"] != finished["total"]:
                raise Refused(finished)

    def _run(self, page: PageFrom) -> Wire:
        """Press Run, connect a client, and wait for its first acknowledgement."""
        sandbox = accepted(page.ask("run", self._program(), timeout=60))["sandbox"]["id"]
        while (state := page.await_event("sandbox_state", timeout=60, id=sandbox)["state"]) != "ready":
            if state not in ("queued", "starting"):
                raise Refused(state)
        wire = Wire(f"{self._url.replace('http', 'ws', 1)}/sandbox/{sandbox}/A{WEBSOCKET}", address=self._address)
        assert wire.ask("add", 2, 3) == [5]
        return wire

    def _program(self) -> dict[str, Any]:
        return {"exercise": "add-with-ack", "files": {"server.py": SOLUTION.read_text()}}


def accepted(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer that is no refusal."""
    if not answer["ok"]:
        raise Refused(answer["error"])
    return answer


@contextmanager
def learning(url: str, learners: int = LEARNERS) -> Iterator[Samples]:
    """Let them learn for a while; yields what is timed."""
    samples, over = Samples(), threading.Event()
    seats: list[Callable[[threading.Event], None]] = [GoodLearner(url, samples).stay for _ in range(learners)]
    threads = [threading.Thread(target=stay, args=(over,), daemon=True) for stay in seats]
    for thread in threads:
        thread.start()
    try:
        yield samples
    finally:
        over.set()
        for thread in threads:
            thread.join(60)
