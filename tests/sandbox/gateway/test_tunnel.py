"""A WebSocket's bytes pass as they are; handshake, limits and endings are watched."""

import base64
import contextlib
import hashlib
import re
import socket
import threading
from contextlib import closing, contextmanager, suppress

import pytest

from course.sandbox.gateway import idle_tunnels
from course.sandbox.gateway import tunnel as gateway_tunnel
from course.sandbox.gateway import work as gateway_work
from course.sandbox.gateway.ends import IDLE, OVERWORKED, SLOWED, UNREAD, broken_frames, too_large
from course.sandbox.gateway.frames import close_frame
from course.sandbox.gateway.handshake import ACCEPT_GUID
from tests.sandbox.gateway.scripted import PREFIX, StubSandbox, build_gateway, listening, serving
from tests.sandbox.gateway.stage import KEY, Answer, client_frame, read_all, until

ACCEPT = base64.b64encode(hashlib.sha1(KEY.encode() + ACCEPT_GUID).digest()).decode()
AGREED = f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {ACCEPT}\r\n"
HELLO = b"\x81\x0440{}"
PATH = f"{PREFIX}/socket.io/?EIO=4&transport=websocket"


class Conversation:
    """One WebSocket by hand, with the head that the learner's server was given."""

    def __init__(self, sandbox, connection, heads):
        self.sandbox, self.connection, self.heads = sandbox, connection, heads
        self.rest = b""

    def ask(self, headers=(), path=PATH):
        lines = [
            f"GET {path} HTTP/1.1",
            "Host: course.example",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {KEY}",
            "Sec-WebSocket-Version: 13",
            *headers,
        ]
        self.connection.sendall("\r\n".join([*lines, "", ""]).encode())
        data = b""
        while b"\r\n\r\n" not in data and (piece := self.connection.recv(65536)):
            data += piece
        head, _, self.rest = data.partition(b"\r\n\r\n")
        return Answer.parse(head + b"\r\n\r\n")

    def read(self, count):
        while len(self.rest) < count:
            piece = self.connection.recv(65536)
            assert piece, "closed too early"
            self.rest += piece
        found, self.rest = self.rest[:count], self.rest[count:]
        return found


@pytest.fixture
def talk(tmp_path):
    """Open a conversation with a learner's server that acts as scripted."""

    @contextmanager
    def talk(behaviour):
        sandbox, heads = StubSandbox(tmp_path / "s"), []

        def behave(connection, head):
            heads.append(head.decode())
            behaviour(connection)

        with (
            listening(sandbox.socket_path, behave),
            serving(build_gateway(sandbox)) as address,
            socket.create_connection(address, timeout=10) as connection,
        ):
            yield Conversation(sandbox, connection, heads)

    return talk


def sends(data):
    return lambda connection: connection.sendall(data)


def sends_and_waits(data):
    """Send, then stay until the other end closes."""

    def behave(connection):
        connection.sendall(data)
        read_all(connection)

    return behave


def test_frames_behind_the_101_in_one_segment_arrive(talk):
    with talk(sends_and_waits(f"{AGREED}Connection: Upgrade\r\n\r\n".encode() + HELLO)) as conversation:
        assert conversation.ask().status == 101
        assert conversation.read(len(HELLO)) == HELLO
        assert conversation.sandbox.frames() == [("received", "40{}")]


def test_the_handshake_is_rebuilt_without_extensions_and_the_courses_headers(talk):
    headers = [
        "Cookie: session=course",
        "Sec-WebSocket-Extensions: permessage-deflate",
        "Origin: null",
        "Sec-WebSocket-Protocol: a, b",
    ]
    with talk(sends_and_waits(f"{AGREED}Sec-WebSocket-Protocol: b\r\n\r\n".encode())) as conversation:
        answer = conversation.ask(headers)
        assert conversation.heads[0].rstrip().split("\r\n") == [
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
            "host: localhost:5000",
            "x-duplex-client: A",
            "origin: http://localhost:5000",
            "upgrade: websocket",
            "connection: Upgrade",
            f"sec-websocket-key: {KEY}",
            "sec-websocket-version: 13",
            "sec-websocket-protocol: a, b",
        ]
        assert answer.header("sec-websocket-accept") == ACCEPT
        assert answer.header("sec-websocket-protocol") == "b"
        assert answer.header("content-security-policy").startswith("sandbox")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: AAAA\r\n\r\n", id="wrong accept"),
        pytest.param(f"HTTP/1.1 101 x\r\nSec-WebSocket-Accept: {ACCEPT}\r\n\r\n", id="no upgrade"),
        pytest.param(f"{AGREED}Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", id="unasked extension"),
        pytest.param(f"{AGREED}Sec-WebSocket-Protocol: chat\r\n\r\n", id="unasked protocol"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_false_agreement_becomes_502(talk, answer):
    with talk(sends(answer.encode())) as conversation:
        assert conversation.ask().status == 502


def test_a_refusal_of_the_learners_server_passes(talk):
    refusal = b'HTTP/1.1 400 Bad Request\r\nContent-Length: 26\r\n\r\n"Not an accepted origin."\r\n'
    with talk(sends(refusal)) as conversation:
        answer = conversation.ask()
        assert answer.status == 400
        assert conversation.read(24) == b'"Not an accepted origin."'[:24]


@pytest.mark.parametrize(
    "headers",
    [["Sec-WebSocket-Version: 8"], ["Content-Length: 3"], ["Transfer-Encoding: chunked"], ["Sec-WebSocket-Key: short"]],
)
def test_a_malformed_handshake_never_reaches_the_learners_server(talk, headers):
    with talk(sends_and_waits(b"")) as conversation:
        # Werkzeug joins repeated headers with a comma, so each of these spoils the good one.
        assert conversation.ask(headers).status == 400
        assert conversation.heads == []


def test_the_client_is_closed_when_the_server_ends(talk):
    with talk(sends(f"{AGREED}\r\n".encode() + HELLO)) as conversation:
        conversation.ask()
        assert conversation.rest + read_all(conversation.connection) == HELLO


def test_the_server_is_closed_when_the_client_ends(talk):
    ended = threading.Event()

    def behave(connection):
        connection.sendall(f"{AGREED}\r\n".encode())
        read_all(connection)
        ended.set()

    with talk(behave) as conversation:
        conversation.ask()
        conversation.connection.shutdown(socket.SHUT_WR)
        assert ended.wait(10)


def test_frames_pass_byte_by_byte_unchanged(talk):
    message = client_frame(1, b'42["slow"]') + client_frame(9, b"ping") + client_frame(2, b"\x01\x02")
    arrived = []

    def behave(connection):
        connection.sendall(f"{AGREED}\r\n".encode())
        arrived.append(read_all(connection))

    with talk(behave) as conversation:
        conversation.ask()
        conversation.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in message:
            conversation.connection.sendall(bytes([byte]))
        conversation.connection.shutdown(socket.SHUT_WR)
        read_all(conversation.connection)
    assert arrived == [message]
    assert conversation.sandbox.frames() == [("sent", '42["slow"]'), ("sent", "bAQI=")]
    assert conversation.sandbox.touched in (1, 2)  # TCP may bring both at once


GIANT = b"\x82\x7f" + (300 * 1024).to_bytes(8, "big")


TOO_LARGE = too_large(256 * 1024)
RESERVED_OPCODE = broken_frames("A frame has a reserved opcode.")


def test_a_giant_of_the_server_closes_with_1009_behind_what_came_before_it(talk):
    with talk(sends_and_waits(f"{AGREED}\r\n".encode() + HELLO + GIANT)) as conversation:
        conversation.ask()
        heard = conversation.rest + read_all(conversation.connection)
        assert heard.startswith(HELLO)
        assert goodbye_of(heard) == (1009, TOO_LARGE.words)
        conversation.connection.close()
        until(lambda: f"Client A: {TOO_LARGE.mark}" in conversation.sandbox.notices)


def goodbye_of(data):
    """Return code and words of the Close frame that `data` ends with."""
    _, _, payload = data.rpartition(b"\x88")
    return int.from_bytes(payload[1:3], "big"), payload[3:].decode()


@pytest.mark.parametrize("megabytes", [0.3, 4])
def test_who_sends_a_giant_hears_1009_while_it_is_still_sending(front, megabytes):
    """As browsers and Node do, which read while they send."""
    connection, answer = front.upgrade(client=f"giant-{front.server[0]}{int(megabytes)}")
    assert answer.status == 101
    size, sent = int(megabytes * 1024 * 1024), threading.Event()

    def send():
        connection.sendall(client_frame(1, length=size) + bytes(size))
        sent.set()

    sender = threading.Thread(target=send)
    sender.start()
    with closing(connection):
        heard = b""
        while b"\x88" not in heard:
            heard += connection.recv(65536)
        assert goodbye_of(heard + read_all(connection)) == (1009, TOO_LARGE.words)
        sender.join(20)
        assert sent.is_set()  # it was read to its end, and not reset


@pytest.mark.parametrize("megabytes", [0.3, 4, 40])
def test_who_hears_nothing_before_it_has_sent_a_giant_hears_1009_then(talk, monkeypatch, megabytes):
    """As plain blocking clients do: what is too much to be read and dropped is reset, and then they look."""
    monkeypatch.setattr(gateway_tunnel, "LEAVE_SECONDS", 1.0)
    size = int(megabytes * 1024 * 1024)
    with talk(sends_and_waits(f"{AGREED}\r\n".encode())) as conversation:
        conversation.ask()
        with suppress(OSError):
            conversation.connection.sendall(client_frame(1, length=size) + bytes(size))
        assert goodbye_of(conversation.rest + read_all(conversation.connection)) == (1009, TOO_LARGE.words)
        until(lambda: ("closed", TOO_LARGE.mark) in conversation.sandbox.marks())
        until(lambda: f"Client A: {TOO_LARGE.mark}" in conversation.sandbox.notices)


def test_no_close_frame_is_put_inside_another_frame(talk):
    """A client is told why it is closed only where a frame of the server's ends."""
    half, other_half = b"\x81\x0a42[", b"1234567"
    refused = threading.Event()

    def behave(connection):
        connection.sendall(f"{AGREED}\r\n".encode() + half)
        assert refused.wait(10)
        connection.sendall(other_half + HELLO)
        read_all(connection)

    with talk(behave) as conversation:
        conversation.ask()
        assert conversation.read(len(half)) == half
        conversation.connection.sendall(client_frame(RESERVED, b""))
        refused.set()
        rest = conversation.rest + read_all(conversation.connection)
        # The frames may have been refused before or after the server's second message came.
        assert rest.removeprefix(other_half).removeprefix(HELLO) == close_frame(RESERVED_OPCODE)
        assert rest.startswith(other_half)


def test_an_idle_tunnel_is_cut(talk, monkeypatch):
    monkeypatch.setattr(gateway_tunnel, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(idle_tunnels, "LOOK_SECONDS", 0.02)
    with talk(sends_and_waits(f"{AGREED}\r\n".encode())) as conversation:
        conversation.ask()
        assert read_all(conversation.connection) == close_frame(IDLE)
        conversation.connection.close()
        until(lambda: len(conversation.sandbox.marks()) == 2)
        assert conversation.sandbox.marks()[1] == ("closed", IDLE.mark)


def test_a_client_that_speaks_but_takes_nothing_is_cut(talk, monkeypatch):
    monkeypatch.setattr(gateway_tunnel, "IDLE_SECONDS", 0.2)
    monkeypatch.setattr(gateway_tunnel, "LEAVE_SECONDS", 0.2)
    monkeypatch.setattr(idle_tunnels, "LOOK_SECONDS", 0.02)
    large = b"\x82\x7f" + (200 * 1024).to_bytes(8, "big") + bytes(200 * 1024)
    over = threading.Event()

    def behave(connection):
        threading.Thread(target=read_all, args=(connection,), daemon=True).start()
        connection.sendall(f"{AGREED}\r\n".encode())
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(large)

    with talk(behave) as conversation:
        conversation.ask()

        def goes_on_speaking():
            with contextlib.suppress(OSError):
                while not over.wait(0.05):
                    conversation.connection.sendall(client_frame(9))

        speaker = threading.Thread(target=goes_on_speaking)
        speaker.start()
        until(lambda: ("closed", UNREAD.mark) in conversation.sandbox.marks())
        over.set()
        speaker.join()


def test_a_wrong_path_of_a_websocket_is_the_learners_404(front):
    connection, answer = front.upgrade("/none")
    connection.close()
    assert answer.status == 404


def test_a_close_handshake_ends_the_tunnel_though_the_server_lingers(talk):
    with talk(sends_and_waits(f"{AGREED}\r\n".encode() + b"\x88\x02\x03\xe8")) as conversation:
        conversation.ask()
        conversation.connection.sendall(client_frame(8, b"\x03\xe8"))
        assert conversation.rest + read_all(conversation.connection) == b"\x88\x02\x03\xe8"


def test_nothing_passes_behind_a_close_frame(talk):
    """Neither in its segment nor later: a thread of the server may have had it ready when another one said goodbye."""
    closing_frame, read = b"\x88\x02\x03\xe8", threading.Event()

    def behave(connection):
        connection.sendall(f"{AGREED}\r\n".encode() + HELLO + closing_frame + HELLO)
        assert read.wait(10)
        with suppress(OSError):  # the gateway may be gone by now
            connection.sendall(HELLO)
            read_all(connection)

    with talk(behave) as conversation:
        conversation.ask()
        assert conversation.read(len(HELLO + closing_frame)) == HELLO + closing_frame
        read.set()
        conversation.connection.shutdown(socket.SHUT_WR)
        assert conversation.rest + read_all(conversation.connection) == b""
        assert conversation.sandbox.frames() == [("received", "40{}")]


def test_the_server_takes_the_end_of_a_tunnel_in_silence_and_goes_on(front):
    before = len(front.errors.read_text())
    for _ in range(3):
        connection, answer = front.upgrade(client=f"W-{front.server}")
        assert answer.status == 101
        connection.sendall(client_frame(8, b"\x03\xe8"))
        read_all(connection)
        connection.close()
    assert front.request("GET", "/seen").status == 200
    assert "Error" not in front.errors.read_text()[before:]


RESERVED = 3
"""An opcode that no frame may have (RFC 6455, section 5.2): the gateway ends the tunnel at it."""


@pytest.mark.parametrize(
    "last", [client_frame(8, b"\x03\xe8"), client_frame(RESERVED, b"")], ids=["goodbye", "refused"]
)
def test_what_comes_behind_the_end_of_a_tunnel_is_not_read_as_a_request(front, last):
    before = len(front.errors.read_text())
    late = [client_frame(1, b"41")] * 50
    for _ in range(5):
        connection, answer = front.upgrade(client=f"X-{front.server}")
        assert answer.status == 101
        with closing(connection), suppress(OSError):
            # More than the tunnel reads at once: when it ends, some of it has not been read.
            connection.sendall(last + client_frame(1, b"4" * 100) * 4000)
            for each in late:
                connection.sendall(each)
            assert b"HTTP/" not in read_all(connection)
    assert front.request("GET", "/seen").status == 200
    told = front.errors.read_text()[before:]
    assert not re.search("Error|Bad request|Invalid HTTP", told), told


def test_who_goes_on_behind_the_end_of_a_tunnel_is_reset_and_never_read(front):
    before = len(front.errors.read_text())
    request = f"GET {front.prefix()}/seen HTTP/1.1\r\nHost: {front.host}\r\n\r\n".encode() * 100
    connection, answer = front.upgrade(client=f"Y-{front.server}")
    assert answer.status == 101
    with closing(connection):
        connection.sendall(client_frame(8, b"\x03\xe8"))
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            while True:
                connection.sendall(request)
        assert b"HTTP/" not in read_all(connection)
    assert front.request("GET", "/seen").status == 200
    told = front.errors.read_text()[before:]
    assert not re.search("Error|Bad request|Invalid HTTP|GET /sandbox.* 200.*GET /sandbox.* 200", told, re.DOTALL), told


OPENED = ("opened", "A WebSocket is open.")


@pytest.mark.parametrize(
    ("server_sends", "client_sends", "told"),
    [
        (b"", client_frame(8, b"\x03\xe8"), "The client closed the WebSocket, with close code 1000."),
        (b"", client_frame(8), "The client closed the WebSocket, without a code."),
        (b"", b"", "The client ended the connection without a Close frame."),
        (b"\x88\x02\x03\xe9", None, "The server closed the WebSocket, with close code 1001."),
        (GIANT, None, TOO_LARGE.mark),
    ],
)
def test_marks_tell_who_ended_a_connection_and_how(talk, server_sends, client_sends, told):
    with talk(sends_and_waits(f"{AGREED}\r\n".encode() + server_sends)) as conversation:
        conversation.ask()
        if client_sends is None:
            conversation.read(2)
        else:
            conversation.connection.sendall(client_sends)
        conversation.connection.shutdown(socket.SHUT_WR)
        read_all(conversation.connection)
        until(lambda: len(conversation.sandbox.marks()) == 2)
        assert conversation.sandbox.marks() == [OPENED, ("closed", told)]


def test_a_server_that_falls_silent_for_good_is_told_apart_from_one_that_closes(talk):
    with talk(sends(f"{AGREED}\r\n".encode() + HELLO)) as conversation:
        conversation.ask()
        read_all(conversation.connection)
        conversation.connection.close()
        until(lambda: len(conversation.sandbox.marks()) == 2)
        assert conversation.sandbox.marks()[1] == ("closed", "The server ended the connection without a Close frame.")


def test_marks_tell_of_a_refusal_in_the_servers_words_and_in_ours(talk):
    refusal = b'HTTP/1.1 400 Bad Request\r\nContent-Length: 24\r\n\r\n"Not an accepted origin"\r\n'
    with talk(sends(refusal)) as conversation:
        conversation.ask()
        assert conversation.sandbox.marks() == [("refused", "The server answered 400: Not an accepted origin")]
    with talk(sends_and_waits(b"")) as conversation:
        conversation.ask(["Sec-WebSocket-Version: 8"])
        assert conversation.sandbox.marks() == [("refused", "This is no proper WebSocket handshake.")]


def test_frames_cost_something_however_small_they_are(talk):
    """A whole read of them is worth seconds of the budget, so the client hears of it and is slowed down."""
    pings = client_frame(9) * 100_000

    def behave(connection):
        connection.sendall(f"{AGREED}\r\n".encode())
        read_all(connection)

    with talk(behave) as conversation:
        conversation.ask()
        conversation.connection.sendall(pings[: len(pings) // 2])
        until(lambda: conversation.sandbox.notices)
        assert conversation.sandbox.notices == [SLOWED]
        assert conversation.sandbox.marks()[1:] == [("delayed", SLOWED)]


def test_a_program_that_sends_too_much_for_too_long_is_told_and_closed(talk, monkeypatch):
    monkeypatch.setattr(gateway_work, "OVERWORK_SECONDS", 0.2)

    def behave(connection):
        connection.sendall(f"{AGREED}\r\n".encode())
        with suppress(OSError):
            while True:
                connection.sendall(b"\x89\0" * 20_000)

    with talk(behave) as conversation:
        conversation.ask()
        assert goodbye_of(read_all(conversation.connection)) == (1008, OVERWORKED.words)
        conversation.connection.close()
        until(lambda: ("closed", OVERWORKED.mark) in conversation.sandbox.marks())
