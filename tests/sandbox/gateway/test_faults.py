"""Faults on real connections: real python-socketio clients through the gateway, under threads and under gevent."""

import socket
import threading
import time

import pytest
import socketio

from course.sandbox.client_faults import ClientFaults, Fault, FaultRefused
from course.sandbox.faults import CLIENTS, Faults
from course.sandbox.gateway.frames import Piece
from course.sandbox.gateway.line import HELD_BYTES, HELD_PARCELS, Line, Parcel
from tests.sandbox.gateway.stage import until


class Client:
    """A socket.io client that keeps what it hears; it comes back by itself when `returns`."""

    def __init__(self, front, tag, transports, *, returns=False):
        self.tag = f"{tag}-{front.server}"
        self.heard, self.ended, self.ups = [], [], 0
        self.client = socketio.Client(
            handle_sigint=False, reconnection=returns, reconnection_delay=0.1, reconnection_delay_max=0.2
        )
        self.client.on("*", lambda event, *args: self.heard.append((event, *args)))
        self.client.on("connect", self._up)
        self.client.on("disconnect", self.ended.append)
        self.client.connect(
            front.base, transports=transports, socketio_path=f"{front.prefix(self.tag)}/socket.io", wait_timeout=10
        )

    def _up(self):
        self.ups += 1

    @property
    def transport(self):
        return self.client.transport()


@pytest.fixture
def connect(front):
    clients = []

    def connect(tag, *transports, returns=False):
        clients.append(Client(front, tag, list(transports) or ["websocket"], returns=returns))
        return clients[-1]

    yield connect
    for each in clients:
        front.fault(each.tag, "well")
        each.client.reconnection = False
        if each.client.connected and each.transport == "websocket":
            each.client.eio.ws.sock.shutdown(socket.SHUT_RDWR)
        elif each.client.connected:
            each.client.eio.disconnect(abort=True)
        else:
            each.client.shutdown()  # it may be on its way back, and would go on behind other tests


def kinds(front, client):
    return [kind for kind, _ in front.marks(client.tag)]


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_delay_takes_its_time_in_each_direction_and_keeps_the_order(front, connect, transport):
    client = connect(f"D{transport[0]}", transport)
    assert front.fault(client.tag, "delay", 150)[client.tag]["delay"] == 150
    begun = time.monotonic()
    for number in range(12):
        client.client.emit("echo", number)
    until(lambda: len(client.heard) == 12)
    assert time.monotonic() - begun >= 0.3
    # A server with threads may answer in another order than it was asked; what it sent is what arrives.
    rows = [frame for direction, frame in front.trace(client.tag) if direction == "received" and "echoed" in frame]
    assert [f'42["echoed",{number}]' for _, number in client.heard] == rows
    sent = [frame for direction, frame in front.trace(client.tag) if direction == "sent" and "echo" in frame]
    assert sent == [f'42["echo",{number}]' for number in range(12)]


def test_each_held_frame_is_marked_and_its_row_comes_later(front, connect):
    client = connect("M")
    front.fault(client.tag, "delay", 200)
    client.client.emit("echo", 7)
    until(lambda: client.heard)
    marks = {
        (mark["direction"], mark["frame"]): mark["time"] for mark in front.state(client.tag)["marks"] if "frame" in mark
    }
    rows = {(row["direction"], row["frame"]): row["time"] for row in front.state(client.tag)["rows"]}
    for key in [("sent", '42["echo",7]'), ("received", '42["echoed",7]')]:
        assert rows[key] - marks[key] >= 0.19


def test_well_again_lets_what_is_held_go_at_once(front, connect):
    client = connect("W")
    front.fault(client.tag, "freeze", 1)
    for number in range(5):
        client.client.emit("echo", number)
    until(lambda: front.marks(client.tag).count(("delayed", '42["echo",4]')))
    assert not client.heard
    assert front.fault(client.tag, "well") == {}
    until(lambda: len(client.heard) == 5)
    assert kinds(front, client).count("thawed") == 1


def test_a_client_with_a_fault_leaves_the_others_alone(front, connect):
    frozen, well = connect("F1"), connect("F2")
    front.fault(frozen.tag, "freeze", 1)
    well.client.emit("bye", "news")
    until(lambda: ("bye", "news") in well.heard)
    until(lambda: ("delayed", '42["bye","news"]') in front.marks(frozen.tag))
    assert frozen.heard == []
    front.fault(frozen.tag, "freeze", 0)
    until(lambda: ("bye", "news") in frozen.heard)


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_connection_dropped_at_an_event_that_is_sent_loses_it(front, connect, transport):
    client = connect(f"S{transport[0]}", transport)
    front.fault(client.tag, "drop", direction="sent")
    client.client.emit("echo", "lost")
    until(lambda: client.ended)
    assert ("lost", '42["echo","lost"]') in front.marks(client.tag)
    assert "cut" in kinds(front, client)
    assert ("sent", '42["echo","lost"]') not in front.trace(client.tag)
    assert client.heard == []
    assert front.fault("nobody", "well") == {}, "a drop happens once"


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_connection_dropped_at_an_event_to_the_client_loses_the_answer_only(front, connect, transport):
    client = connect(f"R{transport[0]}", transport)
    front.fault(client.tag, "drop", direction="received")
    client.client.emit("echo", "asked")
    until(lambda: client.ended)
    assert ("lost", '42["echoed","asked"]') in front.marks(client.tag)
    assert ("sent", '42["echo","asked"]') in front.trace(client.tag)
    assert client.heard == []


def test_polling_only_brings_a_client_back_without_a_websocket(front, connect):
    client = connect("P", "polling", "websocket", returns=True)
    assert client.transport == "websocket"
    front.fault(client.tag, "polling", 1)
    until(lambda: client.ups == 2 and client.client.connected, 20)
    assert client.transport == "polling"
    assert client.client.call("echo", 1, timeout=5) == {"got": 1}
    assert {"cut", "refused"} <= set(kinds(front, client))


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_client_without_network_is_cut_and_comes_back_later(front, connect, transport):
    client = connect(f"O{transport[0]}", transport, returns=True)
    assert front.fault(client.tag, "offline", 2)[client.tag]["offline"] > 0
    until(lambda: client.ended)
    until(lambda: "refused" in kinds(front, client))
    until(lambda: client.ups == 2 and client.client.connected, 20)
    assert kinds(front, client).index("offline") < kinds(front, client).index("online")
    assert client.client.call("echo", 1, timeout=5) == {"got": 1}


def test_the_server_is_not_told_when_a_network_is_gone(front, connect):
    gone, other = connect("G1"), connect("G2")
    front.fault(gone.tag, "offline", 30)
    until(lambda: gone.ended)
    other.client.emit("bye", "still there?")
    until(lambda: ("bye", "still there?") in other.heard)
    # The server goes on sending to it: these frames get lost.
    until(lambda: ("lost", '42["bye","still there?"]') in front.marks(gone.tag))
    assert "closed" not in kinds(front, gone)


def test_requests_of_a_frozen_client_wait_and_no_crowd_of_them_does(front):
    tag = f"Q-{front.server}"
    front.fault(tag, "freeze", 1)
    answers = []

    def ask():
        answers.append(front.request("GET", "/seen", client=tag).status)

    crowd = [threading.Thread(target=ask) for _ in range(9)]
    for each in crowd:
        each.start()
    until(lambda: len(answers) == 3)
    assert answers == [0, 0, 0], "those beyond six are cut"
    assert front.request("GET", "/seen", client=f"other-{front.server}"[:16]).status == 200
    front.fault(tag, "freeze", 0)
    for each in crowd:
        each.join(10)
    assert sorted(answers) == [0, 0, 0, 200, 200, 200, 200, 200, 200]


def nothing(*_):
    pass


@pytest.fixture
def faults():
    return ClientFaults(nothing, nothing)


def parcel(faults, data=b"x"):
    return Parcel(faults.clock(), Piece(data, [], 1, True))


@pytest.mark.parametrize(("size", "most"), [(1, (HELD_PARCELS, HELD_PARCELS)), (64 * 1024, (5, HELD_BYTES + 65536))])
def test_what_a_delay_holds_is_bounded_whatever_is_sent(faults, size, most):
    faults.set(Fault("A", "delay", 5000))
    delivered = []
    line = Line(faults, delivered.append, nothing)
    done = threading.Event()

    def flood():
        for _ in range(2000):
            line.put(parcel(faults, b"x" * size))
        done.set()

    threading.Thread(target=flood, daemon=True).start()
    full = until(lambda: line.held if line.held[0] == HELD_PARCELS or line.held[1] >= HELD_BYTES else None)
    assert full[0] <= most[0] and full[1] <= most[1]
    assert not done.is_set() and not delivered
    faults.set(Fault("A", "well"))
    assert done.wait(10)
    line.finish()
    assert len(delivered) == 2000
    line.end()


def test_a_line_that_ends_loses_what_it_holds_and_what_comes_later(faults):
    faults.set(Fault("A", "freeze", 1))
    lost = []
    line = Line(faults, nothing, lost.append)
    line.put(parcel(faults, b"1"))
    line.end()
    line.put(parcel(faults, b"2"))
    assert [each.piece.data for each in lost] == [b"1", b"2"]


def test_a_receiver_that_is_gone_ends_a_line(faults):
    lost = []

    def deliver(_):
        raise BrokenPipeError

    line = Line(faults, deliver, lost.append)
    line.put(parcel(faults))
    line.finish()
    line.put(parcel(faults, b"later"))
    assert [each.piece.data for each in lost] == [b"later"]


@pytest.mark.parametrize(
    ("client", "kind", "amount", "direction"),
    [
        ("A", "sudo", 0, ""),
        ("A", "delay", -1, ""),
        ("A", "delay", 5001, ""),
        ("A", "offline", 61, ""),
        ("A", "freeze", 2, ""),
        ("A", "drop", 0, "sideways"),
        ("", "delay", 1, ""),
        ("../B", "delay", 1, ""),
        ("A" * 17, "freeze", 1, ""),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(client, kind, amount, direction):
    with pytest.raises(FaultRefused):
        Fault(client, kind, amount, direction)


def test_what_is_in_force_is_told_after_every_change_and_ends_with_well():
    told, marks = [], []
    faults = Faults(lambda *mark: marks.append(mark), told.append)
    faults.set(Fault("A", "delay", 200))
    faults.set(Fault("B", "polling", 1))
    assert told[-1] == {
        "A": {"delay": 200, "drop": "", "frozen": False, "polling": False, "offline": 0.0},
        "B": {"delay": 0, "drop": "", "frozen": False, "polling": True, "offline": 0.0},
    }
    assert faults.set(Fault("", "well")) == {} == told[-1]
    assert [(client, kind) for client, kind, _ in marks] == [("A", "delayed"), ("A", "delayed")]
    assert not faults.of("A").active


def test_clients_without_faults_are_forgotten_and_faults_have_an_end_in_number():
    faults = Faults(nothing)
    for number in range(1000):
        faults.of(f"A{number}")
    assert len(faults._clients) <= CLIENTS
    for number in range(CLIENTS):
        faults.set(Fault(f"B{number}", "freeze", 1))
    with pytest.raises(FaultRefused):
        faults.set(Fault("C", "freeze", 1))


def test_a_run_that_goes_on_keeps_its_faults_and_the_end_of_one_lets_everybody_go():
    faults = Faults(nothing)
    faults.set(Fault("A", "freeze", 1))
    faults.set(Fault("A", "offline", 30))
    faults.close()
    assert faults.of("A").wait_for(faults.of("A").clock()) == 0
    again = Faults(nothing, before=faults)
    assert again.in_force()["A"]["frozen"] is True
    assert 0 < again.in_force()["A"]["offline"] <= 30
    again.close()
