"""The recording client is a real Socket.IO client, and keeps every literal frame."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from course.grading.clients.asking import Door
from course.grading.clients.recording import Recording
from course.grading.clients.recording_client import RecordingClient
from course.grading.clients.server import Server
from course.grading.reports import Reports
from tests.stage.unconfined import served

pytestmark = pytest.mark.programs

Program = tuple[Path, Reports]


def connected(program: Program, recording: Recording, *transports: Any) -> RecordingClient:
    client = RecordingClient("A", Door(program[0]), recording, on_event=lambda namespace, event, args: None)
    client.open(namespace="/", transports=transports, auth=None, seconds=3)
    return client


def frames(recording: Recording, direction: str, transport: str) -> list[str]:
    return [row["frame"] for row in recording.rows if row["direction"] == direction and row["transport"] == transport]


def test_it_sees_the_frames_of_a_websocket_conversation(program: Program) -> None:
    recording = Recording()
    client = connected(program, recording, "websocket")
    assert client.call("echo", (1, "two"), timeout=5) == (1, "two")
    client.close()
    sent, received = (frames(recording, direction, "websocket") for direction in ("sent", "received"))
    assert sent == ["40{}", '421["echo",1,"two"]', "41", "1"]
    assert received[0].startswith('0{"sid":') and received[1].startswith('40{"sid":')
    assert received[2:3] == ['431[1,"two"]']


def test_it_sees_the_packets_inside_polling_bodies(program: Program) -> None:
    recording = Recording()
    client = connected(program, recording, "polling")
    client.call("echo", "hi", timeout=5)
    client.close()
    sent, received = (frames(recording, direction, "polling") for direction in ("sent", "received"))
    assert sent == ["40{}", '421["echo","hi"]', "41", "1"]
    assert received[0].startswith('0{"sid":') and received[1].startswith('40{"sid":')
    assert '431["hi"]' in received
    assert not frames(recording, "sent", "websocket")


def test_it_sees_the_three_frames_of_an_upgrade(program: Program) -> None:
    recording = Recording()
    client = connected(program, recording, "polling", "websocket")
    client.call("echo", "hi", timeout=5)
    client.close()
    assert frames(recording, "received", "polling")[0].startswith('0{"sid":')
    assert frames(recording, "sent", "websocket")[:2] == ["2probe", "5"]
    assert frames(recording, "received", "websocket")[0] == "3probe"


def test_binary_frames_are_written_as_polling_writes_them_on_both_transports(program: Program) -> None:
    for transport in ("websocket", "polling"):
        recording = Recording()
        client = connected(program, recording, transport)
        assert client.call("bytes", b"\x01\x02", timeout=5) == b"\x02\x01"
        client.close()
        binary = [row for row in recording.rows if row["frame"].startswith("b")]
        assert [(row["frame"], row["size"]) for row in binary] == [("bAQI=", 2), ("bAQI=", 2), ("bAgE=", 2)]


def test_events_and_acknowledgements_keep_the_order_of_the_wire(program: Program) -> None:
    order: list[str] = []
    client = RecordingClient(
        "A", Door(program[0]), Recording(), on_event=lambda _ns, event, args: order.append(args[0])
    )
    client.open(namespace="/", transports=["websocket"], auth=None, seconds=3)
    done = threading.Event()
    for number in range(200):
        client.emit("tell_all", f"event {number}", callback=lambda _done, number=number: order.append(f"ack {number}"))
        client.fence(2)
    client.emit("echo", "end", callback=lambda _value: done.set())
    assert done.wait(5)
    client.close()
    assert all(order.index(f"event {number}") < order.index(f"ack {number}") for number in range(200))


def test_a_fence_is_answered_and_leaves_no_row(program: Program) -> None:
    recording = Recording()
    client = connected(program, recording, "websocket")
    before = len(recording.rows)
    assert client.fence(2) and client.fence(2)
    assert len(recording.rows) == before
    client.close()


def test_the_answer_to_an_upgrade_is_not_a_fences(program: Program) -> None:
    """The server lets one NOOP come behind the change to a WebSocket: were it taken for a fence's, silence would lie."""
    recording = Recording()
    client = RecordingClient("A", Door(program[0]), recording, on_event=lambda *_: None)
    for frame in ("2probe", "5"):
        recording.add("A", "sent", frame, "websocket")
    answered = client.ask_fence()
    client.eio.on_return()
    assert not answered.is_set()
    client.eio.on_return()
    assert answered.is_set()
    client.close()


def test_only_the_packets_of_an_upgrade_are_recorded_and_no_fences(program: Program) -> None:
    recording = Recording()
    client = connected(program, recording, "polling", "websocket")
    assert client.fence(5) and client.fence(5)
    client.close()
    assert frames(recording, "sent", "websocket").count("5") == 1
    assert frames(recording, "received", "websocket").count("6") == 1


def test_a_server_that_answers_what_nobody_asked_makes_no_fence_come_back(program: Program) -> None:
    client = connected(program, Recording(), "websocket")
    assert client.fence(5)
    client.eio.on_return()  # a NOOP of the server's own
    assert client.fence(5)
    client.close()


def test_it_gives_every_thread_back(program: Program) -> None:
    before = set(threading.enumerate())
    for transports in (("websocket",), ("polling",), ("polling", "websocket")) * 40:
        client = connected(program, Recording(), *transports)
        client.call("echo", timeout=5)
        client.close()
        client.close()
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive(), thread


def test_it_stops_reading_a_server_that_floods() -> None:
    source = """
from flask import Flask
from flask_socketio import SocketIO, emit
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

@socketio.on("flood")
def flood():
    while True:
        emit("flood", "x" * 500_000)
        socketio.sleep(0.001)

socketio.run(app)
"""
    with served(source) as path:
        server = Server(path, Reports())
        victim = server.client("victim")
        victim.emit("flood")
        victim.wait_for(lambda: not victim.connected, 15)
        assert not victim.connected
        assert server.recording.flooded == {"victim"}
        assert server.recording.dropped > 0
        server.close()


def test_it_follows_no_redirect() -> None:
    source = """
from flask import Flask
from flask_socketio import SocketIO
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

class Elsewhere:
    def __call__(self, environ, start_response):
        start_response("302 Found", [("Location", "ws://127.0.0.1:9/socket.io/?EIO=4"), ("Content-Length", "0")])
        return [b""]

app.wsgi_app = Elsewhere()
socketio.run(app)
"""
    with served(source) as path:
        recording = Recording()
        client = RecordingClient("A", Door(path), recording, on_event=lambda *_: None)
        with pytest.raises(Exception, match="Connection error"):
            client.open(namespace="/", transports=["websocket"], auth=None, seconds=1)
        client.close()
        assert recording.rows == ()


def test_a_recording_keeps_no_more_than_its_cap() -> None:
    recording = Recording(max_rows=2, max_bytes=10)
    for frame in ("12345", "x" * 20, "123", "1", "2"):
        recording.add("A", "sent", frame, "websocket")
    assert [row["frame"] for row in recording.rows] == ["12345", "123"]
    assert recording.dropped == 3
