"""What lasts has a ceiling of its own, and gives its place back however it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from werkzeug.test import create_environ

from course.web.connections import Connections, count_ceilings
from course.web.lasting import FULL, Lasting

LASTING = ["/socket.io/", "/sandbox/w1-none/A/", "/sandbox/w1-none/A/socket.io/"]


def connections(at_most: int = 32) -> Connections:
    return Connections(count_ceilings(100_000, at_most=at_most))


def ask(app: Lasting, path: str, address: str = "192.0.2.1", method: str = "GET") -> tuple[str, dict[str, str], Any]:
    told: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[..., object]:
        told.update(status=status, headers=dict(headers))
        return lambda data: None

    body = app(create_environ(path, method=method, environ_overrides={"REMOTE_ADDR": address}), start_response)
    return told["status"], told["headers"], body


def stays(environ: Any, start_response: Callable[..., object]) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b"here"]


@pytest.mark.parametrize("path", LASTING)
def test_a_place_is_given_back_when_the_answer_is_over(path: str) -> None:
    books = connections()
    status, _, body = ask(Lasting(stays, books), path)
    assert status == "200 OK" and list(body) == [b"here"] and books.lasting > 0
    body.close()
    assert books.lasting == books.open == 0


@pytest.mark.parametrize("error", [StopIteration, ConnectionError, SystemExit, ValueError])
@pytest.mark.parametrize("path", LASTING)
def test_a_place_is_given_back_when_the_request_falls(path: str, error: type[BaseException]) -> None:
    def falls(environ: Any, start_response: Callable[..., object]) -> Iterable[bytes]:
        raise error

    books = connections()
    with pytest.raises(error):
        ask(Lasting(falls, books), path)
    assert books.lasting == books.open == 0


@pytest.mark.parametrize("path", ["/", "/lessons/rooms/", "/healthz", "/static/dist/a.js", "/socket.io", "/sandboxes"])
def test_a_page_takes_no_place(path: str) -> None:
    books = connections()
    ask(Lasting(stays, books), path)
    assert books.lasting == 0


def test_what_goes_to_a_program_needs_two_sockets() -> None:
    books = connections()
    ask(Lasting(stays, books), "/sandbox/w1-none/A/")
    assert (books.lasting, books.open) == (2, 1)


def test_one_address_leaves_half_for_others_and_pages_are_served_in_any_case() -> None:
    app = Lasting(stays, connections(32))
    one = [ask(app, "/socket.io/")[0] for _ in range(20)]
    assert one == ["200 OK"] * 12 + ["503 Service Unavailable"] * 8
    others = [ask(app, "/socket.io/", f"192.0.2.{number}")[0] for number in range(2, 22)]
    assert others == ["200 OK"] * 12 + ["503 Service Unavailable"] * 8
    assert ask(app, "/lessons/rooms/")[0] == "200 OK"


def test_who_is_refused_reads_why_and_when_to_come_back() -> None:
    app = Lasting(stays, connections(16))
    answers = [ask(app, "/socket.io/") for _ in range(20)]
    status, headers, body = answers[-1]
    assert (
        status == "503 Service Unavailable" and headers["Retry-After"] == "5" and b"".join(body) == f"{FULL}\n".encode()
    )
    assert list(ask(app, "/socket.io/", method="HEAD")[2]) == []
