"""A program of several processes: one user, one end, as many places as processes, and lines that the site passes on."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import psutil
import pytest

from course.program import ProgramRefused, Runtime
from course.sandbox.host.line_relay import BYTES_PER_SECOND, LINE_BYTES, LINES_PER_SECOND, WAITING_BYTES, LineRelay
from course.sandbox.model import PROCESSES_AT_MOST, Program
from tests.stage.host import PATIENCE, Host, Memory, Running

SERVER = """
import threading
import companions
from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app)
heard = []

def listen():
    for line in companions.lines():
        heard.append(line)
        companions.send("heard " + line)

threading.Thread(target=listen, daemon=True).start()
app.get("/")(lambda: "\\n".join(heard))
socketio.run(app)
"""
EMITTER = """
import companions
companions.send('{"event": "news", "to": "all"}')
for line in companions.lines():
    print("emitter:", line, flush=True)
"""
FILES = {"server.py": SERVER, "emitter.py": EMITTER}


@pytest.fixture(scope="module")
def open_three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with Host(tmp_path_factory.mktemp("three"), slots=3) as host:
        yield host


@pytest.fixture
def three(open_three: Host) -> Iterator[Host]:
    """A host with three places, which are free before the test and after it."""
    yield open_three
    open_three.stop_all()


def start(host: Host, *processes: str, files: dict[str, str] | None = None, runtime: Runtime = "threading") -> Running:
    program, memory = Program(files or FILES, runtime, processes=processes), Memory()
    learner = f"learner of {host.supervisor.places_taken}"
    return Running(host.supervisor.start(program, learner=learner, purpose="run", watcher=memory), memory)


@pytest.mark.programs
@pytest.mark.parametrize("runtime", ["threading", "gevent-patched"])
def test_lines_go_to_the_other_process_as_they_are(three: Host, runtime: Runtime) -> None:
    running = start(three, "server.py", "emitter.py", runtime=runtime).ready()
    running.memory.wait(lambda memory: "emitter: heard" in memory.text("stdout"))
    assert running.get() == (200, '{"event": "news", "to": "all"}')
    assert running.memory.text() == 'emitter: heard {"event": "news", "to": "all"}\n'


@pytest.mark.programs
def test_two_servers_of_one_program_listen_side_by_side(three: Host) -> None:
    running = start(three, "server.py", "server.py").ready()
    first, second = running.sandbox.spec.socket_paths
    assert running.get()[0] == 200
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(PATIENCE)
        client.connect(str(second))
        client.sendall(b"GET / HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n\r\n")
        assert client.recv(12) == b"HTTP/1.1 200"
    three.supervisor.stop(running.id)
    running.end()
    assert not first.exists() and not second.exists()


@pytest.mark.programs
def test_they_have_one_user_and_one_end(three: Host) -> None:
    running = start(three, "server.py", "emitter.py", "emitter.py").ready()
    running.memory.wait(lambda memory: memory.text("stdout").count("emitter: heard") >= 2)
    processes = [psutil.Process(pid) for pid in running.sandbox.pids]
    assert len(processes) == 3 and running.sandbox.pids[0] == running.sandbox.pid
    assert len({process.uids().real for process in processes}) == 1
    processes[1].kill()
    assert (running.end().state, running.end().code) == ("crashed", "killed")
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE)
    assert alive == []


@pytest.mark.programs
def test_each_process_takes_a_place(three: Host) -> None:
    both = start(three, "server.py", "emitter.py").ready()
    one = three.start("adds", learner="Grace").ready()
    waiting = start(three, "server.py", "emitter.py")
    small = three.start("adds", learner="Edsger")
    assert (waiting.sandbox.state.queue_position, small.sandbox.state.queue_position) == (1, 2)
    three.supervisor.stop(one.id)
    one.end()
    assert small.sandbox.state.state == "queued", "nobody overtakes who needs more than is free"
    three.supervisor.stop(both.id)
    waiting.ready()
    small.ready()


@pytest.mark.programs
def test_a_program_of_one_process_has_no_companions(host: Host) -> None:
    assert host.run("import companions").end().code == "no_module"


@pytest.mark.programs
def test_what_a_second_process_says_of_itself_changes_nothing_of_the_first(three: Host) -> None:
    forger = """
import socket, sys
for number in range(3, 64):
    try:
        found = socket.socket(fileno=number)
    except OSError:
        continue
    if not found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        found.sendall(b'{"ready": {}}\\n')
        found.sendall(b'{"inside": {"reports": [{"kind": "rooms", "time": 1, "rooms": []}]}}\\n')
print("said", flush=True)
import time
time.sleep(60)
"""
    idle = "import time\nprint('idle', flush=True)\ntime.sleep(60)"
    running = start(three, "server.py", "forger.py", files={"server.py": idle, "forger.py": forger})
    running.memory.wait(lambda memory: {"said", "idle"} <= set(memory.text("stdout").split()))
    assert running.memory.states == ["starting"]
    assert running.memory.reports == []


def test_only_files_that_are_there_can_be_processes_and_three_at_most() -> None:
    with pytest.raises(ProgramRefused):
        Program({"server.py": "1"}, processes=("server.py", "emitter.py"))
    with pytest.raises(ValueError, match="processes"):
        Program({"server.py": "1"}, processes=("server.py",) * (PROCESSES_AT_MOST + 1))


# The relay


class Pairs:
    """A relay between three processes, and their ends."""

    def __init__(self) -> None:
        self.now = 0.0
        self.ours, self.theirs = zip(*(socket.socketpair() for _ in range(3)), strict=True)
        self.relay = LineRelay(self.ours, lambda: self.now)
        for each in self.theirs:
            each.setblocking(False)

    def heard(self, process: int) -> bytes:
        data = b""
        while True:
            self.relay.send(process)
            try:
                data += self.theirs[process].recv(1 << 16)
            except BlockingIOError:
                if not self.relay.has_more_for(process):
                    return data


@pytest.fixture
def pairs() -> Iterator[Pairs]:
    pairs = Pairs()
    yield pairs
    for each in (*pairs.ours, *pairs.theirs):
        each.close()


def test_a_line_reaches_all_but_its_sender_in_whatever_pieces_it_comes(pairs: Pairs) -> None:
    for piece in (b'{"a"', b": 1}", b"\n[2]\n\xff", b"\n"):
        pairs.relay.take(0, piece)
    assert [pairs.heard(number) for number in range(3)] == [b"", *[b'{"a": 1}\n[2]\n\xff\n'] * 2]


@pytest.mark.parametrize("pieces", [1, 7])
def test_a_line_that_is_too_long_is_left_out_and_the_next_is_not(pairs: Pairs, pieces: int) -> None:
    data = b"x" * (3 * LINE_BYTES) + b"\nnext\n"
    size = len(data) // pieces + 1
    for begin in range(0, len(data), size):
        pairs.relay.take(0, data[begin : begin + size])
    assert (pairs.heard(1), pairs.relay.left_out) == (b"next\n", 1)


def test_a_second_has_so_many_lines_and_bytes(pairs: Pairs) -> None:
    pairs.relay.take(0, b"a\n" * 1000)
    assert pairs.heard(1).count(b"\n") == LINES_PER_SECOND
    assert pairs.relay.left_out == 1000 - LINES_PER_SECOND
    pairs.now = 1.0
    line = b"y" * (LINE_BYTES - 1) + b"\n"
    heard = 0
    for _ in range(50):
        pairs.relay.take(0, line)
        heard += len(pairs.heard(1)) + 0 * len(pairs.heard(2))
    assert heard == BYTES_PER_SECOND // LINE_BYTES * LINE_BYTES


def test_who_does_not_read_holds_nobody_up_and_keeps_little(pairs: Pairs) -> None:
    line = b"z" * 1000 + b"\n"
    heard = b""
    for second in range(4):
        pairs.now = float(second)
        for _ in range(LINES_PER_SECOND):
            pairs.relay.take(0, line)
            heard += pairs.heard(1)
    assert len(heard) == 4 * LINES_PER_SECOND * len(line)
    assert len(pairs.relay._to[2]) <= WAITING_BYTES
    assert pairs.relay.left_out > 0


def test_who_has_gone_is_sent_nothing(pairs: Pairs) -> None:
    pairs.theirs[2].close()
    pairs.relay.take(0, b"a\n")
    pairs.relay.take(0, b"b\n")
    assert (pairs.heard(1), pairs.relay.has_more_for(2)) == (b"a\nb\n", False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives every program a user of its own")
@pytest.mark.programs
def test_their_user_is_given_back_once(three: Host) -> None:
    uids = three.supervisor._uids
    assert uids is not None
    before = sorted(uids)
    running = start(three, "server.py", "emitter.py").ready()
    three.supervisor.stop(running.id)
    running.end()
    assert sorted(uids) == before
