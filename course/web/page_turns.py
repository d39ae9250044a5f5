"""WSGI middleware: who asks for many pages at once waits for all others after each of them.

A page is made in one go, in tens of milliseconds in which nobody else is answered. So those who ask go on by turns,
and the turns go round over addresses. Nobody has a turn while a client is waited for, or a budget, or a lock.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from course.shares.addresses import neighbourhood
from course.shares.fair_queue import Share
from course.shares.fair_semaphore import FairSemaphore
from course.shares.shares import Shares
from course.web.front_gate import SAFE_METHODS
from course.web.lasting import SOCKETIO, say_full

AT_ONCE = 1
"""Pages read, and wait for nothing but the processor. What changes something may have to wait for the database: it only
begins in its turn, and has none any more meanwhile."""
UNDER_WAY_OF_ADDRESS = 400
"""Requests of one address that are read, wait or are answered: two classes whose browsers ask for six files each. On a
site of few connections it is a quarter of them. A proxy's connections all come from it, and nobody there gives way."""
A_LOOK_SECONDS = 1e-6
"""In each turn, before the work: a timer makes gevent look whether others want something, so that they wait in the same
line. Between callbacks alone, which a `sleep(0)` is, it looks after fifty of them, and each may be a page."""
LONG_SECONDS = 0.002
"""Who has worked for less since the last look need not look again."""
TURN = "duplex.turn"


class PageTurns:
    """Stands around the course's own pages, files and forms; its Socket.IO has budgets of its own.

    Args:
        app: the course.
        shares: who is limited by address, and how many turns an address gets in each round.
        connections: how many the site may have at once.
        sleep: waits that many seconds.
    """

    def __init__(
        self, app: WSGIApplication, shares: Shares, connections: int, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._app = app
        self._shares = shares
        self._sleep = sleep
        self._of_address = max(1, min(UNDER_WAY_OF_ADDRESS, connections // 4))
        self._turns = FairSemaphore(AT_ONCE, shares)
        self._under_way: Counter[str] = Counter()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        if environ.get("PATH_INFO", "").startswith(SOCKETIO):
            return self._app(environ, start_response)
        address = neighbourhood(environ.get("REMOTE_ADDR"))
        if self._under_way[address] >= self._of_address and self._shares.limits(address):
            return say_full(environ, start_response)
        self._under_way[address] += 1
        turn = _Turn(self._turns, Share(address, "", known=False), self._sleep)
        environ[TURN], environ["wsgi.input"] = turn, _Body(environ["wsgi.input"], turn)
        try:
            if environ["REQUEST_METHOD"] in SAFE_METHODS:
                with turn.had():
                    body = self._app(environ, start_response)
            else:
                turn.pass_by()
                body = self._app(environ, start_response)
        except BaseException:
            self._end(address)
            raise
        file_wrapper: Any = environ.get("wsgi.file_wrapper", ())
        if isinstance(body, file_wrapper):
            self._end(address)  # a file, which the server sends without us
            return cast(Iterable[bytes], body)
        return _Pieces(body, turn, partial(self._end, address))

    def _end(self, address: str) -> None:
        self._under_way[address] -= 1
        if not self._under_way[address]:
            del self._under_way[address]


def turn_given_up(environ: WSGIEnvironment) -> AbstractContextManager[None]:
    """Let the others have the turn of this request while the block runs, which waits."""
    turn: _Turn | None = environ.get(TURN)
    return nullcontext() if turn is None else turn.given_up()


class _Turn:
    """What one request has: its turn, or none just now."""

    def __init__(self, turns: FairSemaphore, share: Share, sleep: Callable[[float], None]) -> None:
        self._turns, self._share, self._sleep = turns, share, sleep
        self.is_had = False
        self._since, self._worked = 0.0, LONG_SECONDS

    @contextmanager
    def had(self) -> Iterator[None]:
        self._take()
        try:
            yield
        finally:
            self._give_back()

    def pass_by(self) -> None:
        """Wait for the turn, and give it back at once: the order counts."""
        with self.had():
            pass

    @contextmanager
    def given_up(self) -> Iterator[None]:
        had = self.is_had
        self._give_back()
        try:
            yield
        finally:
            if had:
                self._take()

    def _take(self) -> None:
        self._turns.acquire(self._share)
        self.is_had = True
        if self._worked >= LONG_SECONDS:
            self._worked = 0.0
            self._sleep(A_LOOK_SECONDS)
        self._since = time.monotonic()

    def _give_back(self) -> None:
        if self.is_had:
            self.is_had = False
            self._worked += time.monotonic() - self._since
            self._turns.release()


class _Body:
    """The body of a request: whoever has waited for a piece of it goes on in their turn."""

    def __init__(self, body: Any, turn: _Turn) -> None:
        self._body, self._turn = body, turn

    def read(self, *size: int) -> bytes:
        return self._in_turn(self._body.read, *size)

    def readline(self, *size: int) -> bytes:
        return self._in_turn(self._body.readline, *size)

    def readlines(self, *hint: int) -> list[bytes]:
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        while line := self.readline():
            yield line

    def _in_turn(self, read: Callable[..., bytes], *size: int) -> bytes:
        with self._turn.given_up():
            data = read(*size)
        if not self._turn.is_had:
            self._turn.pass_by()
        return data


class _Pieces:
    """An answer, each piece of which is made in a turn; who takes it slowly has none meanwhile."""

    def __init__(self, body: Iterable[bytes], turn: _Turn, end: Callable[[], object]) -> None:
        self._body, self._pieces, self._turn = body, iter(body), turn
        self._end: Callable[[], object] | None = end

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        with self._turn.had():
            return next(self._pieces)

    def close(self) -> None:
        end, self._end = self._end, None
        if end is None:
            return
        end()
        if hasattr(self._body, "close"):
            self._body.close()
