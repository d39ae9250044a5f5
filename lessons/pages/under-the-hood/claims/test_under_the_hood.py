"""The layers, seen with bare sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import websocket

from tests.stage.quick_to_close import QuickToClose
from tests.stage.serving import PATIENCE, Served, client, examples_of, serving, wire

pytestmark = pytest.mark.programs

EXAMPLES = Path(__file__).parents[1] / "examples"
PLAIN = """
from flask import Flask, request
from flask_socketio import SocketIO, emit
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading", ping_interval=1)
@socketio.on("say")
def say(text):
    return text
@socketio.on("sid")
def sid():
    return request.sid
@socketio.on("flood")
def flood(sid):
    for _ in range(200):
        emit("flood", "x" * 100_000, to=sid)
    return "all emitted"
@socketio.on("file")
def file(data):
    emit("file", {"size": len(data), "back": data})
socketio.run(app)
"""


@pytest.fixture(scope="module")
def example() -> Iterator[Mapping[str, Served]]:
    """The page's examples, each started when a test first asks for it."""
    with examples_of(EXAMPLES, cold="peel") as started:
        yield started


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(PLAIN, tmp_path_factory.mktemp("plain")) as served:
        yield served


@contextmanager
def raw(served: Served) -> Iterator[socket.socket]:
    """A TCP connection on which the upgrade to WebSocket was asked for and granted, and nothing else was read."""
    address = urlsplit(served.url)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as connection:
        connection.sendall(
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        head = b""
        while b"\r\n\r\n" not in head:
            head += exactly(connection, 1)
        assert b" 101 " in head.split(b"\r\n")[0]
        yield connection


def exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += connection.recv(count - len(data))
    return data


def receive(connection: socket.socket) -> tuple[bytes, bytes]:
    """Return the header and the payload of one short frame of the server's."""
    header = exactly(connection, 2)
    length = header[1] & 0x7F
    if length == 126:
        header += exactly(connection, 2)
        length = int.from_bytes(header[2:], "big")
    return header, exactly(connection, length)


def masked(text: bytes, mask: bytes = b"\x37\xfa\x21\x3d") -> bytes:
    return bytes([0x81, 0x80 | len(text)]) + mask + bytes(sign ^ mask[at % 4] for at, sign in enumerate(text))


def test_an_event_on_the_wire_byte_by_byte(plain: Served) -> None:
    event = b'42["say","hi"]'
    frame = masked(event)
    assert frame[:6].hex(" ") == "81 8e 37 fa 21 3d"
    assert (len(event), 0x8E) == (14, 0b1_0001110)
    with raw(plain) as connection:
        assert receive(connection)[1].startswith(b"0{")
        connection.sendall(masked(b"40"))
        assert receive(connection)[1].startswith(b"40{")
        connection.sendall(masked(b'420["say","hi"]'))
        assert receive(connection) == (bytes([0x81, 9]), b'430["hi"]')


def test_a_client_masks_and_a_server_does_not(plain: Served) -> None:
    with raw(plain) as connection:
        header, payload = receive(connection)
        assert header[1] & 0x80 == 0 and payload.startswith(b"0{")
        assert websocket.ABNF.create_frame("40", websocket.ABNF.OPCODE_TEXT).format()[1] & 0x80


def test_the_library_takes_a_frame_apart(example: Mapping[str, Served]) -> None:
    with client(example["peel"]) as ada:

        def peeled(frame: str) -> dict[str, object]:
            [layers] = ada.ask("peel", frame)
            return layers  # type: ignore[no-any-return]

        assert peeled("2") == {"engineio": "PING"}
        assert peeled('42["say","hi"]') == {
            "engineio": "MESSAGE",
            "socketio": "EVENT",
            "namespace": "/",
            "acknowledgement": None,
            "data": ["say", "hi"],
        }
        answer = peeled("43/chat,7[true]")
        assert (answer["socketio"], answer["namespace"], answer["acknowledgement"]) == ("ACK", "/chat", 7)
        kinds = {sign: peeled(f"4{sign}")["socketio"] for sign in "01"}
        assert kinds == {"0": "CONNECT", "1": "DISCONNECT"}
        assert peeled('44{"message":"no"}')["socketio"] == "CONNECT_ERROR"
        signs = {"0": "OPEN", "1": "CLOSE", "3": "PONG", "5": "UPGRADE", "6": "NOOP"}
        assert {sign: peeled(sign)["engineio"] for sign in signs} == signs


def test_bytes_travel_in_a_frame_of_their_own(plain: Served) -> None:
    with wire(plain) as bare:
        bare.send('451-["file",{"_placeholder":true,"num":0}]')
        bare.socket.send_binary(b"\x01\x02\x03")
        assert bare.receive() == '451-["file",{"size":3,"back":{"_placeholder":true,"num":0}}]'
        assert bare.socket.recv() == b"\x01\x02\x03"


def test_the_server_asks_and_the_client_answers(plain: Served) -> None:
    with raw(plain) as connection:
        assert receive(connection)[1].startswith(b"0{")
        assert receive(connection)[1] == b"2"
        connection.sendall(masked(b"3"))
        assert receive(connection)[1] == b"2"


def test_an_upgrade_is_probed_first(plain: Served) -> None:
    address = plain.url + "/socket.io/?EIO=4&transport=polling"
    opened = requests.get(address, timeout=PATIENCE).text
    sid = opened.split('"sid":"')[1].split('"')[0]
    upgraded = f"{plain.url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket&sid={sid}"
    bare = websocket.create_connection(upgraded, timeout=PATIENCE, class_=QuickToClose)
    bare.send("2probe")
    assert bare.recv() == "3probe"
    bare.send("5")
    bare.send("40")
    answers = [bare.recv()]
    while not str(answers[-1]).startswith("40{"):
        answers.append(bare.recv())
    bare.close()


def test_the_handler_runs_in_a_thread_of_its_own_inside_the_handshakes_request(example: Mapping[str, Served]) -> None:
    with client(example["who_runs_it"]) as ada:
        first, second = ada.ask("who"), ada.ask("who")
        assert first[0] != second[0]
        assert first[1:] == second[1:] == ("GET", "/socket.io/", "who")


def test_numbers_are_queued_in_order_and_the_answer_behind_them(example: Mapping[str, Served]) -> None:
    with wire(example["queued"]) as bare:
        bare.send('420["count",1000]')
        frames = [bare.receive() for _ in range(1001)]
    assert frames[:-1] == [f'42["number",{number}]' for number in range(1000)]
    assert frames[-1].startswith('430["queued in ')


def test_emit_returns_though_the_client_reads_nothing(plain: Served) -> None:
    """Twenty million bytes are more than all buffers on the way hold: the rest can only be in the server's queue."""
    with wire(plain) as sleeper, client(plain) as waker:
        sleeper.send('420["sid"]')
        sid = sleeper.receive().split('"')[1]
        assert waker.ask("flood", sid) == ("all emitted",)
        assert len(sleeper.receive()) > 100_000
