"""One hostile program or client beside an ordinary one: whatever it sends, the ordinary one is answered.

Each row is a kind of harm. It goes on for as long as the ordinary client needs for a few dozen answers, its own and the
course's in turns; and the web process may not have spent more than a share of a processor on it.
"""

import socket
import threading
import time
from contextlib import ExitStack, closing, contextmanager, suppress

import psutil
import pytest

from tests.sandbox.gateway.hostile_server import ANSWERS, FRAMES
from tests.sandbox.gateway.stage import HOSTILE, accepts, client_frame, running, until

pytestmark = [pytest.mark.programs, pytest.mark.timed]

ANSWERS_WANTED = 30
PATIENCE = 20.0
"""Seconds for all of them: they usually come in less than one."""
LEAST_SECONDS = 0.4
"""The harm goes on for so long, else there is nothing to measure."""
SHARE = 0.8
"""Of a processor: what a hostile sandbox and the ordinary client may cost the web process. It was a whole one.

On a quiet machine 0.64 was the most: the ordinary client asks as fast as it is answered, and its answers are part of it.
"""
CONNECTIONS = 3
"""Connections by which the same harm is done at once."""


@pytest.fixture(scope="module")
def hostile_server(learner_socket):
    path = learner_socket + ".hostile"
    with running("hostile_server.py", path):
        until(lambda: accepts(socket.AF_UNIX, path))
        yield


@contextmanager
def harming(harm, count=CONNECTIONS):
    """Do it again and again on several connections, until the block ends."""
    over = threading.Event()

    def go_on():
        while not over.is_set():
            with suppress(OSError, IndexError):
                harm(over)

    threads = [threading.Thread(target=go_on, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(15)


def read_slowly_enough(connection, over):
    """Take what comes until it ends: a client costs the machine, too, and is not what is measured."""
    connection.settimeout(0.1)
    while not over.is_set():
        with suppress(TimeoutError):
            if not connection.recv(1 << 20):
                return


def ask(front, path, over, method="GET", body=b""):
    with closing(front.connect()) as connection:
        connection.sendall(
            f"{method} {front.prefix(sandbox=HOSTILE)}{path} HTTP/1.1\r\nHost: {front.host}\r\n"
            f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        )
        with suppress(OSError):
            connection.sendall(body)
        read_slowly_enough(connection, over)


def answer_kind(kind):
    polled = "?EIO=4&transport=polling" if kind in ("many-packets", "some-packets", "deep-json") else ""
    return lambda front, over: ask(front, f"/{kind}{polled}", over)


def frame_kind(kind):
    def harm(front, over):
        connection, answer = front.upgrade(f"/{kind}?EIO=4&transport=websocket", sandbox=HOSTILE)
        with closing(connection):
            if answer.status == 101:
                read_slowly_enough(connection, over)

    return harm


def sends(*frames, drips=False):
    """A client that sends the same frames for ever to a server that only reads."""

    def harm(front, over):
        connection, answer = front.upgrade("/sink?EIO=4&transport=websocket", sandbox=HOSTILE)
        data = b"".join(frames)
        data = data if drips else data * max(1, 65536 // len(data))
        with closing(connection):
            connection.settimeout(0.1)
            while answer.status == 101 and not over.is_set():
                with suppress(TimeoutError):
                    connection.send(data)

    return harm


def a_body_of_separators(front, over):
    ask(front, "/x?EIO=4&transport=polling&sid=x", over, "POST", b"\x1e" * 250_000)


def one_request_after_another(front, over):
    ask(front, "/x", over)


def one_handshake_after_another(front, over):
    connection, _ = front.upgrade("/sink?EIO=4&transport=websocket", sandbox=HOSTILE)
    connection.close()


def one_giant_after_another(front, over):
    connection, _ = front.upgrade("/sink?EIO=4&transport=websocket", sandbox=HOSTILE)
    with closing(connection):
        connection.sendall(client_frame(2, length=100_000_000) + bytes(1_000_000))


KINDS = {
    **{f"server: {kind}": answer_kind(kind) for kind in ANSWERS},
    **{f"server: {kind}": frame_kind(kind) for kind in FRAMES if kind != "sink"},
    "client: pings": sends(client_frame(9)),
    "client: texts": sends(client_frame(1, b"4")),
    "client: fragments": sends(client_frame(0, b"x", fin=False)),
    "client: dripping texts": sends(client_frame(1, b"4"), drips=True),
    "client: a byte at a time": sends(b"\x89", b"\x80", b"\0\0\0\0", drips=True),
    "client: large messages": sends(client_frame(2, b"x" * 200_000)),
    "client: separators": a_body_of_separators,
    "client: requests": one_request_after_another,
    "client: handshakes": one_handshake_after_another,
    "client: giants": one_giant_after_another,
}


def ordinary_answers(front, end):
    """Ask the ordinary program and the course in turns; return how many answers came before `end`."""
    connection, answer = front.upgrade(client="good")
    assert answer.status == 101
    came = 0
    with closing(connection):
        connection.settimeout(PATIENCE)
        connection.sendall(client_frame(1, b"40"))
        begun = time.monotonic()
        while came < ANSWERS_WANTED or time.monotonic() < begun + LEAST_SECONDS:
            connection.sendall(client_frame(1, b'420["echo",1]'))
            heard = b""
            while b"430[" not in heard and time.monotonic() < end:
                heard += connection.recv(65536)
                if b"\x81\x012" in heard:
                    connection.sendall(client_frame(1, b"3"))
                    heard = heard.replace(b"\x81\x012", b"")
            if time.monotonic() >= end or front.request("GET", "", whole_path="/health").status != 200:
                break
            came += 2
    return came


@pytest.mark.parametrize("kind", KINDS)
def test_an_ordinary_client_is_answered_beside(gunicorn, hostile_server, kind):
    process = psutil.Process(front_pid(gunicorn))
    with ExitStack() as stack:
        stack.enter_context(harming(lambda over: KINDS[kind](gunicorn, over)))
        before, begun = spent(process), time.monotonic()
        assert ordinary_answers(gunicorn, begun + PATIENCE) >= ANSWERS_WANTED
        share = (spent(process) - before) / (time.monotonic() - begun)
    assert share < SHARE, f"{share:.0%} of a processor"


def spent(process):
    times = process.cpu_times()
    return times.user + times.system


def front_pid(front):
    return front.state()["pid"]
