"""A WebSocket and what waits to be sent on it: bounded, whoever is at the other end."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from engineio.packet import MESSAGE, Packet

from course.live import outgoing, websocket
from course.live.outgoing import OutgoingQueue
from course.live.packets import MESSAGE_BYTES
from course.live.websocket import WebSocket
from course.shares.pace import Pace
from tests.live.raw import CLOSE, CONTINUATION, PING, PONG, TEXT, frame


class Pair:
    """A WebSocket of ours, and the other end of its connection."""

    def __init__(self) -> None:
        ours, self.peer = socket.socketpair()
        ours.settimeout(10)
        self.peer.settimeout(10)
        self.ours = ours
        self.reasons: list[str] = []
        self.websocket = WebSocket(ours, Pace(1e6, 1e6), self.reasons.append)

    def received(self) -> tuple[int, bytes]:
        """Return the next frame that the peer gets; all of ours here are short."""
        head = self.peer.recv(2)
        return (head[0] & 15, self.peer.recv(head[1])) if head else (0, b"")


@pytest.fixture
def pair() -> Iterator[Pair]:
    made = Pair()
    yield made
    made.peer.close()
    made.ours.close()


def test_messages_come_whole_and_in_order_with_pings_between_their_parts(pair: Pair) -> None:
    parts = [frame(b"42", TEXT, fin=False), frame(b"?", PING), frame(b"[]", CONTINUATION), frame(b"3"), frame(b"1")]
    for byte in b"".join(parts):
        pair.peer.send(bytes([byte]))
    assert [pair.websocket.wait() for _ in range(3)] == ["42[]", "3", "1"]
    assert pair.received() == (PONG, b"?")


def test_the_largest_message_passes_and_one_byte_more_does_not(pair: Pair) -> None:
    largest = "42" + "é" * ((MESSAGE_BYTES - 2) // 2)
    sending = threading.Thread(
        target=lambda: pair.peer.sendall(frame(largest.encode()) + frame(largest.encode() + b"x"))
    )
    sending.start()
    assert pair.websocket.wait() == largest
    assert pair.websocket.wait() is None
    sending.join()
    opcode, payload = pair.received()
    assert (opcode, payload[:2]) == (CLOSE, (1009).to_bytes(2))
    assert pair.reasons == [payload[2:].decode()]


def test_nothing_is_read_before_it_is_wanted(pair: Pair) -> None:
    pair.peer.settimeout(0.2)
    pair.ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with pytest.raises(TimeoutError):
        pair.peer.sendall(frame(b"3") * 1_000_000)
    for _ in range(100):
        assert pair.websocket.wait() == "3"


def test_a_peer_that_does_not_read_is_given_up(pair: Pair) -> None:
    pair.ours.settimeout(0.2)
    with pytest.raises(OSError):
        for _ in range(100):
            pair.websocket.send("x" * 1_000_000)
    assert pair.reasons == ["The page did not read what was sent to it."]
    with pytest.raises(OSError):
        pair.websocket.send("more")


def test_a_reader_is_woken_when_somebody_else_ends_the_connection(pair: Pair) -> None:
    heard: list[str | None] = ["?"]
    reading = threading.Thread(target=lambda: heard.append(pair.websocket.wait()))
    reading.start()
    while not pair.websocket._reading:
        time.sleep(0.001)  # polling a condition that nothing announces
    pair.websocket.end(websocket.CloseReason.POLICY_VIOLATION, "Enough.")
    reading.join(5)
    assert heard == ["?", None] and pair.received() == (CLOSE, (1008).to_bytes(2) + b"Enough.")


def test_what_is_under_way_at_the_end_is_dropped_within_bounds(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "GOODBYE_SECONDS", 0.3)
    stop = threading.Event()

    def babble() -> None:
        try:
            while not stop.is_set():
                pair.peer.sendall(frame(b"3"))
        except OSError:
            pass

    babbling = threading.Thread(target=babble)
    babbling.start()
    begin = time.monotonic()
    with pair.websocket as open_one:
        assert open_one.wait() == "3"
    assert time.monotonic() - begin < 5
    stop.set()
    pair.ours.close()
    babbling.join()


def test_one_packet_too_many_is_dropped_and_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "PACKETS_AT_MOST", 5)
    waiting, told = OutgoingQueue(), []
    waiting.overflow = lambda: told.append("too many")
    for _ in range(20):
        waiting.put(Packet(MESSAGE, "x"))
    waiting.put(None)
    assert waiting.qsize() == 6 and told == ["too many"], "the end always fits"


def test_a_few_large_packets_are_too_many_too() -> None:
    waiting, told = OutgoingQueue(), []
    waiting.overflow = lambda: told.append("too many")
    for _ in range(3):
        for _ in range(4):
            waiting.put(Packet(MESSAGE, "x" * 1_000_000))
        assert told == [], "what was read makes room"
        for _ in range(4):
            waiting.get()
    for _ in range(5):
        waiting.put(Packet(MESSAGE, "x" * 1_000_000))
    assert told == ["too many"]
