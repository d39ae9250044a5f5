"""Nobody is waited for without end: heads, bodies, silence and answers that are left lying have their time."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress

import gevent.socket
import pytest
import requests
from gunicorn.http.body import ChunkedReader

from course.serve.arriving import Arriving, CheckedReader, NotReceived, Patience, TooLarge, TooManyPieces, TooSlow
from tests.serve.modes import MODES
from tests.stage.running_site import RunningSite

PATIENCE = 60.0
HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Peer:
    """A connection whose client sends pieces at moments of its own; between two of them it is silent."""

    def __init__(self, clock: Clock, pieces: list[tuple[float, bytes]]) -> None:
        self.clock = clock
        self.pieces = pieces
        self.timeout: float | None = None

    def gettimeout(self) -> float | None:
        return self.timeout

    def settimeout(self, seconds: float | None) -> None:
        self.timeout = seconds

    def recv(self, size: int) -> bytes:
        moment, data = self.pieces[0] if self.pieces else (float("inf"), b"")
        if self.timeout is not None and moment > self.clock.now + self.timeout:
            self.clock.now += self.timeout
            raise TimeoutError
        self.clock.now = max(self.clock.now, moment)
        self.pieces[0:1] = [(moment, data[size:])] if data[size:] else []
        return data[:size]


def arriving(clock: Clock, *pieces: tuple[float, bytes], first: bool = True) -> Arriving:
    made = Arriving(Peer(clock, list(pieces)), Patience(), clock)
    made.expect_head(first=first)
    return made


def test_a_client_that_says_nothing_is_left_after_ten_seconds(clock: Clock) -> None:
    assert arriving(clock).chunk() == b""
    assert clock.now == pytest.approx(10, abs=0.1)


def test_a_client_that_has_been_answered_may_be_silent_for_longer(clock: Clock) -> None:
    assert arriving(clock, first=False).chunk() == b""
    assert clock.now == pytest.approx(95, abs=0.1)


@pytest.mark.parametrize("first", [True, False])
def test_a_head_must_be_whole_ten_seconds_after_its_beginning(clock: Clock, first: bool) -> None:
    begins = 3.0 if first else 50.0
    drip = arriving(clock, *((begins + second, b"x") for second in range(30)), first=first)
    with pytest.raises(TooSlow):
        while drip.chunk():
            pass
    assert clock.now == pytest.approx(10 if first else 60, abs=0.1)


def test_what_came_behind_a_request_is_the_beginning_of_the_next(clock: Clock) -> None:
    made = arriving(clock)
    made.unread(b"GET / HT")
    made.expect_head(first=False)
    assert made.read() == b"GET / HT"
    with pytest.raises(TooSlow):
        made.read()
    assert clock.now == pytest.approx(10, abs=0.1)


@pytest.mark.parametrize(("size", "count"), [(8192, 9), (1, 513)])
def test_a_head_without_an_end_is_refused_by_its_size_and_by_its_pieces(clock: Clock, size: int, count: int) -> None:
    endless = arriving(clock, *((0.0, b"x" * size) for _ in range(2000)))
    taken = 0
    with pytest.raises(TooLarge):
        while endless.chunk():
            taken += 1
    assert taken == count - 1


def test_a_body_may_take_as_long_as_its_bytes_take_at_the_lowest_rate(clock: Clock) -> None:
    slow_but_good = arriving(clock, *((float(second), b"x" * 8192) for second in range(60)))
    slow_but_good.expect_body()
    for _ in range(60):
        assert slow_but_good.chunk()
    too_slow = arriving(clock := Clock(), *((float(second), b"x" * 4096) for second in range(60)))
    too_slow.expect_body()
    with pytest.raises(TooSlow):
        while too_slow.chunk():
            pass
    assert 15 < clock.now < 25


def test_time_that_the_site_itself_takes_does_not_count(clock: Clock) -> None:
    made = arriving(clock, (0.0, b"one"), (100.0, b"two"))
    made.expect_body()
    assert made.chunk() == b"one"
    clock.now = 100.0  # the application has done something else
    assert made.chunk() == b"two"


@pytest.mark.parametrize(("size", "passes"), [(1, False), (200, False), (300, True)])
def test_a_body_comes_in_pieces_that_are_worth_a_read(clock: Clock, size: int, passes: bool) -> None:
    made = arriving(clock, *((0.0, b"x" * size) for _ in range(4000)))
    made.expect_body()
    try:
        for _ in range(4000):
            made.chunk()
    except TooManyPieces:
        assert not passes
    else:
        assert passes


@pytest.mark.parametrize(("size", "passes"), [(1, False), (200, False), (300, True)])
def test_a_body_comes_in_chunks_that_are_worth_a_turn_of_the_parser(clock: Clock, size: int, passes: bool) -> None:
    chunk = b"%x\r\n" % size + b"x" * size + b"\r\n"
    made = arriving(clock, (0.0, chunk * 4000 + b"0\r\n\r\n"))
    made.expect_body()
    reader = CheckedReader(ChunkedReader(None, made))
    if passes:
        assert len(reader.read(1 << 24)) == 4000 * size
    else:
        with pytest.raises(TooManyPieces):
            reader.read(1 << 24)


@pytest.mark.parametrize("failure", [TooSlow, TooLarge, TooManyPieces, NotReceived])
def test_each_has_a_sentence_for_the_client(failure: type[NotReceived]) -> None:
    assert 400 <= failure.status < 500 and failure.sentence.endswith(".")


class Short:
    length = 10

    def read(self, size: int) -> bytes:
        return b"four"


def test_a_body_that_ends_early_is_not_taken_for_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.serve.arriving.LengthReader", Short)
    with pytest.raises(NotReceived):
        CheckedReader(Short()).read(10)


# On the running site


@pytest.fixture
def many() -> Iterator[ExitStack]:
    """Room for many sockets in this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with ExitStack() as opened:
        yield opened
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def all_of(connection: socket.socket) -> bytes:
    """Return what comes until the site has nothing more to say, or a whole answer."""
    answer = b""
    while not answer.endswith(b"seconds.\n") and (piece := connection.recv(4096)):
        answer += piece
    return answer


def connect(site: RunningSite, said: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE)
    if said:
        connection.sendall(said)
    return connection


def page(site: RunningSite, seconds: float = 20) -> requests.Response:
    return requests.get(f"{site.url}/lessons/websocket-basics/", timeout=seconds)


def is_over(connection: socket.socket) -> bool:
    """Return whether the site has ended a connection; what it says before is passed over."""
    connection.setblocking(False)
    try:
        while connection.recv(4096):
            pass
        return True
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def test_silent_clients_are_left_and_pages_are_served_meanwhile(in_mode: Callable[[str], RunningSite]) -> None:
    sites = [in_mode(mode) for mode in MODES]
    drips = {
        "nothing": b"",
        "half a head": HEAD,
        "a body that does not come": b"POST /questions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx",
        "chunks that do not come": b"POST /lessons HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nx",
    }
    with ExitStack() as opened:
        connections = {
            (site.port, name): opened.enter_context(connect(site, said))
            for site in sites
            for name, said in drips.items()
        }
        assert all(page(site).ok for site in sites)
        deadline = time.monotonic() + PATIENCE
        open_still = dict(connections)
        while open_still:
            open_still = {name: each for name, each in open_still.items() if not is_over(each)}
            assert time.monotonic() < deadline, list(open_still)
            gevent.sleep(0.1)
    assert all(site.errors() == "" for site in sites)


@pytest.fixture(scope="module")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    site = RunningSite(tmp_path_factory.mktemp("small"), SANDBOX="off", CONNECTIONS="64").start()
    yield site
    site.stop()


def test_a_thousand_silent_connections_keep_nobody_out(small_site: RunningSite, many: ExitStack) -> None:
    silent = [many.enter_context(connect(small_site)) for _ in range(1100)]
    assert page(small_site).ok
    told = requests.get(f"{small_site.url}/healthz", timeout=PATIENCE).json()["connections"]
    assert told["open"] <= told["ceiling"] == 64
    assert sum(map(is_over, silent)) >= 1100 - 64
    assert small_site.errors() == ""


def test_open_websockets_leave_room_for_pages_and_the_next_is_told_so(small_site: RunningSite, many: ExitStack) -> None:
    asked = (
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c2l4dGVlbiBieXRlcy4uLg==\r\n\r\n"
    )
    opened = [many.enter_context(connect(small_site, asked)) for _ in range(40)]
    statuses = [connection.recv(12)[9:12] for connection in opened]
    assert statuses == [b"101"] * 24 + [b"503"] * 16  # one address may have half of three quarters of 64
    told = all_of(opened[-1])
    assert b"\r\nRetry-After: 5\r\n" in told and b"try again in a few seconds." in told
    assert page(small_site).ok
    counted = requests.get(f"{small_site.url}/healthz", timeout=PATIENCE).json()["connections"]
    assert (counted["lasting"], counted["lasting_ceiling"]) == (24, 48)
    many.close()
    deadline = time.monotonic() + PATIENCE
    while requests.get(f"{small_site.url}/healthz", timeout=PATIENCE).json()["connections"]["lasting"]:
        assert time.monotonic() < deadline
    assert small_site.errors() == ""


def test_when_all_are_at_work_the_next_is_told_so_at_once(small_site: RunningSite, many: ExitStack) -> None:
    form = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nx"
    waiting = b"POST /lessons/websocket-basics/notes HTTP/1.1\r\nHost: localhost\r\n" + form
    at_work = [many.enter_context(connect(small_site, waiting)) for _ in range(32)]
    deadline = time.monotonic() + PATIENCE
    while True:  # until the site has read all those heads: which it has not yet, gives way
        with closing(connect(small_site, HEAD + b"Connection: close\r\n\r\n")) as next_one:
            answer = all_of(next_one)
        if answer.startswith(b"HTTP/1.1 503"):
            break
        assert time.monotonic() < deadline and answer
    assert b"Retry-After" in answer and b"try again in a few seconds." in answer
    for connection in at_work:
        with suppress(OSError):
            connection.close()


def test_who_has_been_answered_gives_way_though_the_rest_never_comes(small_site: RunningSite, many: ExitStack) -> None:
    unread = b"POST /lessons HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx"
    deadline = time.monotonic() + PATIENCE
    while not page(small_site).ok:  # until those of the test before have left
        assert time.monotonic() < deadline
    for _ in range(40):
        assert many.enter_context(connect(small_site, unread)).recv(12) == b"HTTP/1.1 404"
    assert page(small_site).ok
    assert small_site.errors() == ""


def test_many_requests_at_once_take_turns_with_others(served: RunningSite) -> None:
    """All are sent in one piece; between two of them others are answered."""
    count = 300
    with closing(connect(served, (HEAD + b"\r\n") * count)) as greedy:
        assert requests.get(f"{served.url}/healthz", timeout=PATIENCE).ok
        greedy.setblocking(False)
        answered = b""
        with suppress(BlockingIOError):
            while piece := greedy.recv(1 << 20):
                answered += piece
        assert answered.count(b"HTTP/1.1 200") < count
