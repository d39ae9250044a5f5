"""Real python-socketio clients through the gateway, under every web server, on every transport."""

import socket

import pytest
import socketio

from tests.sandbox.gateway.stage import until
from tests.stage.quick_to_close import LEAVING_AT_ONCE


@pytest.fixture
def connect(front):
    clients = []

    def connect(tag, *transports, query=""):
        client = socketio.SimpleClient(**LEAVING_AT_ONCE)
        clients.append(client)
        client.connect(
            front.base + query,
            transports=list(transports),
            socketio_path=f"{front.prefix(tag)}/socket.io",
        )
        return client

    yield connect
    for client in clients:
        # Straight at the transport: a polite WebSocket goodbye makes this client wait three seconds.
        if client.transport == "websocket":
            client.client.eio.ws.sock.shutdown(socket.SHUT_RDWR)
        else:
            client.client.eio.disconnect()


@pytest.mark.parametrize(
    ("tag", "transports"),
    [("polls", ["polling"]), ("upgrades", ["polling", "websocket"]), ("sockets", ["websocket"])],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_events_acknowledgements_and_binary_pass(connect, tag, transports):
    client = connect(tag, *transports)
    assert client.transport == transports[-1]
    assert client.call("echo", {"text": "hé"}, timeout=5) == {"got": {"text": "hé"}}
    assert client.receive(timeout=5) == ["echoed", {"text": "hé"}]
    client.emit("bytes_back", b"\x01\x02\xff")
    assert client.receive(timeout=5) == ["bytes", b"\xff\x02\x01"]


def test_two_clients_hear_each_other(connect):
    polls, sockets = connect("B1", "polling"), connect("B2", "websocket")
    polls.emit("bye", "all")
    assert polls.receive(timeout=5) == ["bye", "all"]
    assert sockets.receive(timeout=5) == ["bye", "all"]


def kinds(rows):
    """Cut what differs from run to run: the sid within the open packet and the connect packet."""
    return [(direction, frame.split('"')[0] if "sid" in frame else frame) for direction, frame in rows]


def test_a_websockets_trace_is_literal(front, connect):
    tag = f"T1-{front.server}"
    client = connect(tag, "websocket")
    client.call("echo", 1, timeout=5)
    client.receive(timeout=5)
    client.emit("bytes_back", b"\x01\x02\xff")
    client.receive(timeout=5)
    assert kinds(front.trace(tag)) == [
        ("received", "0{"),
        ("sent", "40{}"),
        ("received", "40{"),
        ("sent", '421["echo",1]'),
        ("received", '42["echoed",1]'),
        ("received", '431[{"got":1}]'),
        ("sent", '451-["bytes_back",{"_placeholder":true,"num":0}]'),
        ("sent", "bAQL/"),
        ("received", '451-["bytes",{"_placeholder":true,"num":0}]'),
        ("received", "b/wIB"),
    ]


def test_an_upgrades_trace_shows_the_probe(front, connect):
    tag = f"T2-{front.server}"
    client = connect(tag, "polling", "websocket")
    client.call("echo", 1, timeout=5)
    frames = kinds(front.trace(tag))
    assert frames[0] == ("received", "0{")
    probe = frames.index(("sent", "2probe"))
    assert frames.index(("received", "3probe")) > probe
    assert frames.index(("sent", "5")) > frames.index(("received", "3probe"))
    assert ("sent", '421["echo",1]') in frames


def test_a_polling_trace_is_split_into_packets(front, connect):
    tag = f"T3-{front.server}"
    client = connect(tag, "polling")
    client.call("echo", 1, timeout=5)
    client.emit("bytes_back", b"\x01\x02\xff")
    assert client.receive(timeout=5) == ["echoed", 1]
    assert client.receive(timeout=5) == ["bytes", b"\xff\x02\x01"]
    wanted = {
        ("received", "0{"),
        ("sent", "40{}"),
        ("received", "40{"),
        ("sent", '421["echo",1]'),
        ("received", '431[{"got":1}]'),
        ("received", '42["echoed",1]'),
        ("sent", '451-["bytes_back",{"_placeholder":true,"num":0}]'),
        ("sent", "bAQL/"),
        ("received", '451-["bytes",{"_placeholder":true,"num":0}]'),
        ("received", "b/wIB"),
    }
    assert wanted <= set(kinds(front.trace(tag)))
    assert "OK" not in [frame for _, frame in front.trace(tag)]


def test_a_pretended_origin_is_judged_by_the_learners_server(front, connect):
    with pytest.raises(socketio.exceptions.ConnectionError):
        connect("P", "websocket", query="?duplex_origin=https://evil.example")
    assert connect("P", "websocket", query="?duplex_origin=http://localhost:5000").transport == "websocket"


def test_events_count_as_activity_and_heartbeats_do_not(front, connect):
    tag = f"T4-{front.server}"
    client = connect(tag, "websocket")
    client.call("echo", 1, timeout=5)
    client.receive(timeout=5)
    before = front.state(tag)["touched"]
    assert before > 0
    until(lambda: ("sent", "3") in front.trace(tag), 15)
    assert front.state(tag)["touched"] == before
