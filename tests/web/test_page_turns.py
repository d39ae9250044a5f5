"""Pages are made in turns that go round over addresses, and nobody has a turn who waits for something else."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import gevent
import pytest
from gevent.event import Event
from werkzeug.test import create_environ

from course.shares.shares import Shares
from course.web.page_turns import PageTurns, turn_given_up

FLOOD, GUEST = "203.0.113.66", "198.51.100.9"
SECONDS = 10.0


class Greenlets:
    """The events and locks of `threading` as gevent has them, for a test that is not patched."""

    @pytest.fixture(autouse=True)
    def use_gevent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("course.shares.fair_semaphore.threading.Event", Event)


def ask(pages: PageTurns, address: str, *, path: str = "/", method: str = "GET", body: Any = None) -> list[bytes]:
    told: list[str] = []
    over = {"REMOTE_ADDR": address, **({"wsgi.input": body, "CONTENT_LENGTH": "9"} if body is not None else {})}

    def start_response(status: str, headers: Any, exc_info: object = None) -> Callable[..., object]:
        told.append(status)
        return lambda data: None

    pieces = pages(create_environ(path, method=method, environ_overrides=over), start_response)
    try:
        return [told[0].encode(), *pieces]
    finally:
        getattr(pieces, "close", lambda: None)()


def pages_of(app: WSGIApplication, connections: int = 4096) -> PageTurns:
    return PageTurns(app, Shares(), connections, sleep=gevent.sleep)


class TestTurns(Greenlets):
    def test_a_guest_waits_for_two_pages_of_a_flood_and_not_for_all(self) -> None:
        made: list[str] = []

        def page(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            made.append(environ["REMOTE_ADDR"])
            start_response("200 OK", [])
            return [b"page"]

        pages = pages_of(page)
        flood = [gevent.spawn(ask, pages, FLOOD) for _ in range(60)]
        gevent.sleep(0)
        gevent.joinall([*flood, gevent.spawn(ask, pages, GUEST)], timeout=SECONDS)
        assert len(made) == 61 and made.index(GUEST) <= 2

    @pytest.mark.parametrize("kind", ["body", "budget", "answer", "lock"])
    def test_who_waits_for_something_else_holds_nobody_up(self, kind: str) -> None:
        go_on = Event()

        class Slow(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                go_on.wait(SECONDS)
                return super().read(size)

        def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            start_response("200 OK", [])
            if environ["REMOTE_ADDR"] == FLOOD:
                if kind == "body":
                    environ["wsgi.input"].read(9)
                elif kind == "lock":
                    go_on.wait(SECONDS)
                elif kind == "budget":
                    with turn_given_up(environ):
                        go_on.wait(SECONDS)
            return [b"page"]

        pages = pages_of(app)
        method = "POST" if kind in ("body", "lock") else "GET"
        if kind == "answer":  # the client does not take the next piece
            pages(create_environ("/", environ_overrides={"REMOTE_ADDR": FLOOD}), lambda *_: lambda data: None)
        else:
            slow = [gevent.spawn(ask, pages, FLOOD, method=method, body=Slow(b"123456789")) for _ in range(3)]
        gevent.sleep(0.01)
        with gevent.Timeout(SECONDS / 2):
            assert ask(pages, GUEST) == [b"200 OK", b"page"]
        go_on.set()
        if kind != "answer":
            gevent.joinall(slow, timeout=SECONDS)
            assert [each.value for each in slow] == [[b"200 OK", b"page"]] * 3

    @pytest.mark.parametrize("address", [FLOOD, f"{FLOOD}:4711", "nonsense", "2001:db8::1"])
    def test_one_address_has_only_so_many_under_way(self, address: str) -> None:
        go_on = Event()

        def waits(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if environ["REQUEST_METHOD"] == "POST":
                go_on.wait(SECONDS)
            start_response("200 OK", [])
            return [b"page"]

        pages = pages_of(waits, connections=16)
        slow = [gevent.spawn(ask, pages, address, method="POST") for _ in range(4)]
        gevent.sleep(0.01)
        assert ask(pages, address)[0].startswith(b"503")
        assert ask(pages, GUEST)[0] == ask(pages, "127.0.0.1")[0] == b"200 OK"
        go_on.set()
        gevent.joinall(slow, timeout=SECONDS)
        assert ask(pages, address)[0] == b"200 OK" and not pages._under_way

    @pytest.mark.parametrize("where", ["app", "piece"])
    def test_a_page_that_falls_gives_everything_back(self, where: str) -> None:
        def falls(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            start_response("200 OK", [])
            if where == "app":
                raise ValueError

            def pieces() -> Iterable[bytes]:
                yield b"one"
                raise ValueError

            return pieces()

        pages = pages_of(falls)
        for _ in range(3):
            with gevent.Timeout(SECONDS), pytest.raises(ValueError):
                ask(pages, FLOOD)
        assert not pages._under_way
