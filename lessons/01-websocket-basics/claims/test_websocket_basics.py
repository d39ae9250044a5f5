"""Every statement that lesson 1 makes about behaviour, seen to be true: raw sockets, bare frames and real clients."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
import requests
import socketio
import websocket

from tests.stage.people import people
from tests.stage.quick_to_close import LEAVING_AT_ONCE, QuickToClose
from tests.stage.serving import PATIENCE, Served, client, examples_of, serving

pytestmark = pytest.mark.programs

EXAMPLES = Path(__file__).parents[1] / "examples"
SOCKET_IO = "/socket.io/?EIO=4&transport=websocket"
POLLING = "/socket.io/?EIO=4&transport=polling"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
PACKETS = "\x1e"
"""What stands between two packets in one body of long-polling."""


@pytest.fixture(scope="module")
def example() -> Iterator[Mapping[str, Served]]:
    """The lesson's examples, each started when a test first asks for it."""
    with examples_of(EXAMPLES, cold="coffee") as started:
        yield started


def request(path: str, host: str = "localhost:5000", **headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def upgrade_request(path: str) -> bytes:
    """Return the five lines of the lesson's handshake, sign by sign."""
    return request(path, Upgrade="websocket", Connection="Upgrade", Sec_WebSocket_Version="13", Sec_WebSocket_Key=KEY)


@contextmanager
def raw(url: str) -> Iterator[socket.socket]:
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as connection:
        yield connection


def read_head(connection: socket.socket) -> str:
    """Return an answer's head; what follows it is still to be read."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1)
        assert head, "the server closed the connection"
    return head.decode().removesuffix("\r\n\r\n")


def read_answer(connection: socket.socket) -> tuple[str, bytes]:
    """Return the head and the body of an answer that tells its length."""
    head = read_head(connection)
    length = re.search(r"Content-Length: (\d+)", head)
    assert length is not None, head
    body = b""
    while len(body) < int(length[1]):
        body += connection.recv(int(length[1]) - len(body))
    return head, body


def get(served: Served, path: str, **headers: str) -> HTTPResponse:
    asked = urllib.request.Request(served.url + path, headers=headers)
    answer: HTTPResponse = urllib.request.urlopen(asked, timeout=PATIENCE)
    return answer


def refusal_of(served: Served, path: str, **headers: str) -> tuple[int, bytes]:
    """Return status and body of an answer that is no success."""
    with pytest.raises(HTTPError) as refused:
        get(served, path, **headers)
    with refused.value as answer:
        return answer.code, answer.read()


def get_text(served: Served, path: str) -> str:
    with get(served, path) as answer:
        return answer.read().decode()


def get_json(served: Served, path: str) -> Any:
    return json.loads(get_text(served, path))


# Asked and answered


def test_the_open_page_is_told_nothing_until_it_asks_again(example: Mapping[str, Served]) -> None:
    served = example["coffee"]
    with raw(served.url) as connection, people(served, "/") as (ada,):
        connection.sendall(request("/"))
        head, body = read_answer(connection)
        assert head.startswith("HTTP/1.1 200 OK\r\n") and body == b"<h1>The coffee is brewing.</h1>"
        assert f"Content-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}" in head
        assert "Connection: close" in head
        ada.ask("done")
        assert "The coffee is ready." in get_text(served, "/")
        with suppress(ConnectionResetError):
            assert connection.recv(1) == b""  # nothing was written behind the answer


KEPT_ALIVE = """
from flask import Flask
app = Flask(__name__)
@app.get("/")
def page():
    return "an answer"
"""


def test_several_requests_travel_on_one_connection_and_each_is_begun_by_the_client(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text(KEPT_ALIVE)
    with gunicorn(tmp_path) as url, raw(url) as connection:
        for _ in range(2):
            connection.sendall(request("/"))
            head, body = read_answer(connection)
            assert "Connection: keep-alive" in head and body == b"an answer"


@contextmanager
def gunicorn(folder: Path) -> Iterator[str]:
    command = ["-m", "gunicorn", "-k", "gthread", "--threads", "4", "-b", "127.0.0.1:0", "--no-control-socket"]
    process = subprocess.Popen(
        [sys.executable, "-u", *command, "server:app"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
        start_new_session=True,
    )
    assert process.stderr is not None
    try:
        lines: list[str] = []
        for line in process.stderr:
            lines.append(line)
            listening = re.search(r"Listening at: (http://127\.0\.0\.1:\d+)", line)
            if listening:
                break
        else:
            raise AssertionError("".join(lines))
        yield listening[1]
    finally:
        os.killpg(process.pid, 9)
        process.wait()
        process.stderr.close()


def test_what_nobody_asked_for_is_thrown_away() -> None:
    """A server that speaks HTTP, and after its first answer says something more."""
    answer = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nanswer{}"
    unasked = "HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\nthe coffee is ready"
    with socket.create_server(("127.0.0.1", 0)) as listening, requests.Session() as browser:
        listening.settimeout(PATIENCE)
        answered, spoken = threading.Event(), threading.Event()

        def serve() -> None:
            for number, more in ((1, unasked), (2, "")):
                connection, _ = listening.accept()
                with connection:
                    connection.settimeout(PATIENCE)
                    read_head(connection)
                    connection.sendall(answer.format(number).encode())
                    assert answered.wait(PATIENCE)
                    connection.sendall(more.encode())
                    spoken.set()
                    with suppress(OSError):
                        assert connection.recv(1) == b""  # the client has closed it

        server = threading.Thread(target=serve)
        server.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        assert browser.get(url, timeout=PATIENCE).text == "answer1"
        answered.set()
        assert spoken.wait(PATIENCE)
        assert browser.get(url, timeout=PATIENCE).text == "answer2"
        browser.close()
        server.join(PATIENCE)
        assert not server.is_alive()


# One feed, four ways


def newest(served: Served) -> int:
    return int(get_json(served, "/clock")["number"])


def wait_until_made(served: Served, number: int) -> None:
    """Return when the server has made message `number`."""
    made = newest(served)
    while made < number:
        made = max(message["number"] for message in get_json(served, f"/long-poll?after={made}"))


def test_polling_brings_several_messages_at_once_the_oldest_of_them_late(example: Mapping[str, Served]) -> None:
    served = example["race"]
    after = newest(served)
    wait_until_made(served, after + 4)
    messages = get_json(served, f"/poll?after={after}")
    assert [message["number"] for message in messages[:4]] == [after + 1, after + 2, after + 3, after + 4]
    assert messages[3]["time"] - messages[0]["time"] >= 0.7  # so long, at least, did the first one lie there


def test_polling_is_answered_even_when_there_is_nothing(example: Mapping[str, Served]) -> None:
    assert get_json(example["race"], "/poll?after=1000000") == []


def test_a_long_poll_is_held_until_there_is_something(example: Mapping[str, Served]) -> None:
    served = example["race"]
    after = newest(served) + 2  # to be made only while the request is held
    messages = get_json(served, f"/long-poll?after={after}")
    assert messages[0]["number"] == after + 1


def test_what_is_made_between_two_long_polls_comes_with_the_next(example: Mapping[str, Served]) -> None:
    served = example["race"]
    first = get_json(served, f"/long-poll?after={newest(served)}")[-1]["number"]
    wait_until_made(served, first + 2)  # nobody's request is held for us meanwhile
    second = get_json(served, f"/long-poll?after={first}")
    assert [message["number"] for message in second[:2]] == [first + 1, first + 2]


def test_one_answer_brings_message_after_message(example: Mapping[str, Served]) -> None:
    served = example["race"]
    with get(served, f"/stream?after={newest(served)}") as answer:
        lines = (line.decode() for line in answer)
        numbers = [
            json.loads(line.removeprefix("data: "))["number"]
            for line, _ in zip(lines, range(5), strict=False)
            if line.strip()
        ]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) and len(numbers) == 3


def test_a_silent_socket_hears_the_feed(example: Mapping[str, Served]) -> None:
    with client(example["race"]) as listener:
        first, second = listener.next(), listener.next()
        assert first[0] == second[0] == "feed"
        assert second[1][0]["number"] == first[1][0]["number"] + 1


CHAT_BY_STREAM = """
from queue import Queue
from flask import Flask, Response, request
from flask_socketio import SocketIO
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
listeners = []
@app.get("/stream")
def stream():
    mine = Queue()
    listeners.append(mine)
    def lines():
        yield "data: welcome\\n\\n"
        while True:
            yield "data: " + mine.get() + "\\n\\n"
    return Response(lines(), mimetype="text/event-stream")
@app.post("/say")
def say():
    for listener in listeners:
        listener.put(request.get_data(as_text=True))
    return "said"
socketio.run(app)
"""


def test_a_page_on_an_event_stream_speaks_by_ordinary_requests(tmp_path: Path) -> None:
    with serving(CHAT_BY_STREAM, tmp_path) as served, get(served, "/stream") as stream:
        assert stream.readline() == b"data: welcome\n"
        with urllib.request.urlopen(f"{served.url}/say", data=b"hi", timeout=PATIENCE) as answer:
            assert answer.read() == b"said"
        assert (stream.readline(), stream.readline()) == (b"\n", b"data: hi\n")


def test_a_request_costs_more_bytes_than_a_frame(example: Mapping[str, Served]) -> None:
    """Heads of a bare client, which sends far fewer headers than a browser, beside the frame of one message."""
    served = example["race"]
    asked = request("/poll?after=1000000")
    with raw(served.url) as connection:
        connection.sendall(asked)
        head, body = read_answer(connection)
    assert json.loads(body) == []
    with Knock(served, SOCKET_IO) as knock:
        knock.hears("0{")
        knock.socket.send("40")
        knock.hears("40{")
        frame = knock.hears("42[")
    assert len(asked) + len(head) > len(frame)


# The handshake


def test_five_lines_of_http_open_a_websocket(example: Mapping[str, Served]) -> None:
    with raw(example["upgrade"].url) as connection:
        connection.sendall(upgrade_request(SOCKET_IO))
        assert read_head(connection).split("\r\n") == [
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {ACCEPT}",
        ]
        header = connection.recv(2)
        assert header[0] == 0x81  # on the same connection, and no HTTP any more: one whole frame of text
        assert connection.recv(2) == b"0{"


def test_after_the_101_http_needs_another_connection(example: Mapping[str, Served]) -> None:
    served = example["coffee_told"]
    with client(served) as ada, raw(served.url) as connection:
        connection.sendall(upgrade_request(SOCKET_IO))
        assert read_head(connection).startswith("HTTP/1.1 101")
        assert get(served, "/").status == 200  # beside it
        connection.sendall(request("/"))  # on it
        connection.settimeout(1)
        said = b""
        with suppress(ConnectionResetError, TimeoutError):
            while piece := connection.recv(1000):
                said += piece
        assert b"HTTP/1.1" not in said
        assert ada.sio.connected


FRAMES = """
from flask import Flask
from flask_socketio import SocketIO, emit
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
@socketio.on("send_me")
def send_me(kind): emit("sent", {"short": "a", "long": 200 * "a", "bytes": b"abc"}[kind])
@socketio.on("ten")
def ten():
    for number in range(10): emit("number", number)
socketio.run(app)
"""


def test_a_frame_is_text_or_bytes_behind_a_header_that_grows(tmp_path: Path) -> None:
    with serving(FRAMES, tmp_path) as served, websocket_of(served) as bare:
        for kind in ("short", "long", "bytes"):
            bare.send(f'42["send_me","{kind}"]')
            bare.recv()
            if kind == "bytes":
                assert bare.recv_data()[0] == websocket.ABNF.OPCODE_BINARY
        bare.send('42["send_me","long"]')
        seen = bare.sock.recv(4)
        assert (seen[0], seen[1]) == (0x81, 126)  # text, and its length takes two bytes more
        assert int.from_bytes(seen[2:4]) == len('42["sent",""]') + 200


@contextmanager
def websocket_of(served: Served) -> Iterator[websocket.WebSocket]:
    """Open a bare WebSocket and do the handshake, for a look at frames as they are."""
    address = served.url.replace("http", "ws", 1) + SOCKET_IO
    bare = websocket.create_connection(address, timeout=PATIENCE, class_=QuickToClose)
    try:
        bare.recv()
        bare.send("40")
        bare.recv()
        yield bare
    finally:
        bare.close()


def test_socketio_sends_a_batch_in_one_poll(tmp_path: Path) -> None:
    with serving(FRAMES, tmp_path) as served:
        url = f"{served.url}/socket.io/?EIO=4&transport=polling"
        url += "&sid=" + json.loads(requests.get(url, timeout=PATIENCE).text[1:])["sid"]
        requests.post(url, data="40", timeout=PATIENCE)
        requests.get(url, timeout=PATIENCE)
        requests.post(url, data='420["ten"]', timeout=PATIENCE)
        answers = []
        while not "".join(answers).endswith("430[]"):
            answers.append(requests.get(url, timeout=PATIENCE).text)
        assert len(answers) <= 3  # ten events and an acknowledgement, in fewer answers than messages


def test_the_answer_is_computed_from_the_key(example: Mapping[str, Served]) -> None:
    fixed = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    assert base64.b64encode(hashlib.sha1((KEY + fixed).encode()).digest()).decode() == ACCEPT
    with client(example["upgrade"]) as ada:
        assert ada.ask("accept", KEY) == (ACCEPT,)


def test_the_handlers_request_is_the_handshake(example: Mapping[str, Served]) -> None:
    served = example["upgrade"]
    with client(served):
        assert served.wait_for_line("GET /socket.io/?").startswith("GET")
        for header in ("Upgrade: websocket", "Sec-Websocket-Key:", "Sec-Websocket-Version: 13"):
            served.wait_for_line(header)


def test_page_and_socket_come_from_one_port(example: Mapping[str, Served]) -> None:
    served = example["coffee_told"]
    with people(served, "/") as (ada,):
        assert "The coffee is" in get_text(served, "/")
        ada.ask("done")
        assert ada.heard() == [("coffee", "ready")]


# Open on both sides


def test_who_never_said_a_word_is_told(example: Mapping[str, Served]) -> None:
    with people(example["coffee_told"], "/", "/", "/") as (ada, ben, cem):
        ada.ask("done")
        assert [who.heard() for who in (ada, ben, cem)] == [[("coffee", "ready")]] * 3


def test_a_question_is_answered_while_another_one_is_open(example: Mapping[str, Served]) -> None:
    with people(example["both_ways"], "/") as (ada,):
        ada.wire.send('421["slow"]')
        assert ada.waits_for("working") == ("working", 1)
        assert ada.ask("quick") == "at once"  # …of the same client, on the same connection
        assert ada.waits_for("working") == ("working", 2)
        assert ada.waits_for("working") == ("working", 3)
        assert ada.wire.receive() == '431["done"]'


# A language of its own


class Knock:
    """A plain WebSocket, as `new WebSocket(…)` in a page."""

    def __init__(self, served: Served, path: str) -> None:
        self.socket = websocket.create_connection(
            served.url.replace("http", "ws", 1) + path, timeout=PATIENCE, class_=QuickToClose
        )

    def __enter__(self) -> Knock:
        return self

    def __exit__(self, *_error: object) -> None:
        self.socket.close()

    def hears(self, beginning: str) -> str:
        frame = self.socket.recv()
        assert isinstance(frame, str) and frame.startswith(beginning), frame
        return frame

    def is_hung_up_on(self) -> None:
        """Claim that no message comes any more; what Werkzeug may write into a dead socket is none."""
        with suppress(websocket.WebSocketException, OSError):
            assert self.socket.recv() in ("", b"")


@pytest.mark.parametrize(("path", "status"), [("/", 400), ("/nowhere", 404), ("/socket.io/", 400)])
def test_a_plain_websocket_is_let_in_nowhere_else(example: Mapping[str, Served], path: str, status: int) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        Knock(example["plain_doors"], path)
    assert refused.value.status_code == status


def test_the_plain_page_knocks_at_all_these_doors(example: Mapping[str, Served]) -> None:
    page = get_text(example["plain_doors"], "/")
    assert 'knock("");' in page and 'knock("nowhere");' in page and 'knock("socket.io/");' in page
    assert SOCKET_IO.removeprefix("/") in page and 'knock(door, "40");' in page


def test_the_right_door_wants_packets(example: Mapping[str, Served]) -> None:
    with Knock(example["plain_doors"], SOCKET_IO) as native:
        native.hears("0{")
        native.socket.send("40")
        native.hears("40{")
    with Knock(example["plain_doors"], SOCKET_IO) as stranger:
        stranger.hears("0{")
        stranger.socket.send("hello")
        stranger.is_hung_up_on()


def test_an_event_is_a_packet_with_a_name_and_values(example: Mapping[str, Served]) -> None:
    with Knock(example["coffee_told"], SOCKET_IO) as bare:
        bare.hears("0{")
        bare.socket.send("40")
        bare.hears("40{")
        bare.socket.send('42["done"]')
        assert bare.hears("42") == '42["coffee","ready"]'


def test_a_socketio_client_finds_nobody_at_a_plain_websocket(tmp_path: Path) -> None:
    program = """
from flask import Flask, request
from flask_socketio import SocketIO
from simple_websocket import ConnectionClosed, Server
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading", path="elsewhere")
@app.route("/echo", websocket=True)
def echo():
    ws = Server.accept(request.environ)
    try:
        while True:
            ws.send(ws.receive())
    except ConnectionClosed:
        return ""
socketio.run(app)
"""
    with serving(program, tmp_path) as served:
        with Knock(served, "/echo") as plain:
            plain.socket.send("hello")
            assert plain.socket.recv() == "hello"
        stranger = socketio.Client(**LEAVING_AT_ONCE)
        with pytest.raises(socketio.exceptions.ConnectionError):
            stranger.connect(served.url, transports=["websocket"])


# It begins with long-polling


class Polling:
    """A Socket.IO client by hand, over long-polling."""

    def __init__(self, served: Served) -> None:
        self.served = served
        opened = get_text(served, POLLING)
        assert opened.startswith("0{")
        self.rules = json.loads(opened[1:])
        self.path = f"{POLLING}&sid={self.rules['sid']}"
        self.post("40")
        self.packets: list[str] = []
        assert self.next().startswith("40{")

    def post(self, *packets: str) -> None:
        body = PACKETS.join(packets).encode()
        with urllib.request.urlopen(self.served.url + self.path, data=body, timeout=PATIENCE) as answer:
            assert answer.read() == b"OK"

    def poll(self) -> list[str]:
        return get_text(self.served, self.path).split(PACKETS)

    def next(self) -> str:
        while not self.packets:
            self.packets = [packet for packet in self.poll() if packet not in ("2", "6")]
        return self.packets.pop(0)


def test_both_roads_bring_the_same_events(example: Mapping[str, Served]) -> None:
    served = example["transports"]
    polling = Polling(served)
    with people(served, "/") as (ada,):
        ada.ask("say", "hi")
        assert polling.next() == '42["said","hi, by websocket"]'
        polling.post('42["say","ho"]')
        assert ada.waits_for("said") == ("said", "hi, by websocket")
        assert ada.waits_for("said") == ("said", "ho, by polling")
        assert polling.next() == '42["said","ho, by polling"]'


def test_the_server_pushes_over_long_polling_to_a_silent_client(example: Mapping[str, Served]) -> None:
    polling = Polling(example["race"])
    assert polling.next().startswith('42["feed",{"number":')


def test_the_upgrade_is_probed_and_then_made(example: Mapping[str, Served]) -> None:
    served = example["transports"]
    polling = Polling(served)
    assert polling.rules["upgrades"] == ["websocket"]
    hanging: list[list[str]] = []
    held = threading.Thread(target=lambda: hanging.append(polling.poll()))
    held.start()
    with Knock(served, f"{SOCKET_IO}&sid={polling.rules['sid']}") as bare:
        bare.socket.send("2probe")
        assert bare.socket.recv() == "3probe"
        held.join(PATIENCE)
        assert hanging == [["6"]]
        bare.socket.send("5")
        bare.socket.send('42["say","over here"]')
        frame = bare.socket.recv()
        if frame == "6":  # the poll came after the upgrade had begun: answered at once, it left the noop to this road
            frame = bare.socket.recv()
        assert frame == '42["said","over here, by websocket"]'
        assert refusal_of(served, polling.path)[0] == 400


def test_when_the_upgrade_comes_to_nothing_long_polling_goes_on(example: Mapping[str, Served]) -> None:
    served = example["transports"]
    polling = Polling(served)
    with Knock(served, f"{SOCKET_IO}&sid={polling.rules['sid']}"):
        pass  # opened, and cut off before the probe
    polling.post('42["say","still here"]')
    assert polling.next() == '42["said","still here, by polling"]'


# What it costs


def test_each_open_line_holds_threads_and_a_finished_request_none(example: Mapping[str, Served]) -> None:
    served = example["lines"]
    with people(served, "/") as (ada,):
        alone = ada.ask("threads")
        for _ in range(20):
            assert get_text(served, "/").endswith(" threads")
        while ada.ask("threads") > alone:  # the thread of the last request ends by itself
            time.sleep(0.02)
        with people(served, "/", "/", "/"):
            assert ada.ask("threads") >= alone + 3


def test_an_idle_line_is_still_asked_for_a_sign_of_life(tmp_path: Path) -> None:
    program = (EXAMPLES / "lines.py").read_text().replace('"threading")', '"threading", ping_interval=0.2)')
    with serving(program, tmp_path) as served, Knock(served, SOCKET_IO) as idle:
        idle.hears("0{")
        idle.socket.send("40")
        idle.hears("40{")
        for _ in range(2):
            assert idle.socket.recv() == "2"
            idle.socket.send("3")


def test_a_restart_cuts_every_line(tmp_path: Path) -> None:
    with serving((EXAMPLES / "lines.py").read_text(), tmp_path) as served, Knock(served, SOCKET_IO) as ada:
        ada.hears("0{")
        served.process.kill()
        ada.is_hung_up_on()


# When plain HTTP is better


def test_http_can_say_that_nothing_has_changed_and_a_socket_sends_it_all(example: Mapping[str, Served]) -> None:
    served = example["menu"]
    with get(served, "/menu") as answer:
        size, mark = len(answer.read()), answer.headers["ETag"]
    assert refusal_of(served, "/menu", **{"If-None-Match": mark}) == (304, b"")
    with raw(served.url) as connection:
        connection.sendall(request("/menu", If_None_Match=mark))
        assert read_head(connection).startswith("HTTP/1.1 304 NOT MODIFIED\r\n")
    with Knock(served, SOCKET_IO) as bare:
        bare.hears("0{")
        bare.socket.send("40")
        bare.hears("40{")
        for number in (0, 1):
            bare.socket.send(f'42{number}["menu"]')
            assert len(bare.hears(f"43{number}[")) > 0.9 * size


def test_a_request_always_ends_with_a_status_and_an_event_with_silence(example: Mapping[str, Served]) -> None:
    served = example["menu"]
    assert refusal_of(served, "/mneu")[0] == 404
    with people(served, "/") as (ada,):
        ada.wire.send('421["mneu"]')
        ada.ask("menu")
        assert ada.heard() == []
