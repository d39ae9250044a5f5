"""`make bench`: the figures that we hold, each as a median beside its goal, with the peer measured in the same run."""

from __future__ import annotations

import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import websocket

from bench.crowd import CLIENTS, Asker, beside_direct, crowd
from bench.diagram import diagram_figures
from bench.page import page_figures
from bench.wire import Wire
from course.program import Runtime, async_mode
from tests.stage.page import Page
from tests.stage.ports import free_port
from tests.stage.running_site import RunningSite

PROGRAM = """
from flask import Flask
from flask_socketio import SocketIO
app = Flask(__name__)
socketio = SocketIO(app, async_mode="{mode}")

@socketio.on("add")
def add(a, b):
    return a + b

socketio.run(app{run})
"""
SOLUTION = Path("lessons/03-listening-to-events/exercises/add-with-ack/solution/server.py")
MILLISECONDS = 1000.0
WARM_UPS = 5
"""Runs before it counts: the site has just started, and warms its graders and fork servers up."""
RUNS_OF_A_LEARNER = 5
"""Then another one comes: nobody may start many programs in a second."""
WEBSOCKET = "/socket.io/?EIO=4&transport=websocket"
PLAYGROUND = "/lessons/playground"
"""It offers every runtime."""


def main() -> None:
    """Run everything against a site as it is in production, and print the table."""
    with tempfile.TemporaryDirectory(prefix="duplex-bench-") as folder:
        production = {"PRODUCTION": "1", "SECRET_KEY": secrets.token_hex(), "SANDBOX_SLOTS": "80"}
        site = RunningSite(Path(folder), TMPDIR=folder, **production).start()
        try:
            first_event(site, "threading")
            first_event(site, "gevent")
            round_trip(site, Path(folder))
            whole_crowd()
            whole_check(site)
            memory(site, "threading", 50)
            memory(site, "gevent", 50)
            for name, value, unit, goal in diagram_figures(site):
                show(name, value, unit, goal=goal)
            page_figures(site)
        finally:
            site.stop()


def first_event(site: RunningSite, runtime: Runtime, rounds: int = 20) -> None:
    """Run → first acknowledged event, through the gateway, against a cold `python server.py`."""

    def warm(page: Page) -> float:
        before = time.perf_counter()
        wire = Wire(address(site, run(page, runtime)))
        assert wire.ask("add", 2, 3) == [5]
        took = time.perf_counter() - before
        wire.close()
        return took

    ours, cold = [], []
    with ExitStack() as stack:
        page = stack.enter_context(Page(site.url, PLAYGROUND))
        for _ in range(WARM_UPS):
            warm(page)
        for number in range(rounds):  # in turns, so that a slow moment of the machine hits both
            if number % RUNS_OF_A_LEARNER == 0:
                page = stack.enter_context(Page(site.url, PLAYGROUND))
            ours.append(warm(page))
            if number % 4 == 0:
                cold.append(cold_start(runtime))
    show(f"Run → first acknowledged event, {runtime}", median(ours), "ms", goal=60)
    show("  the same of a cold python server.py", median(cold), "ms")
    show("  ours against the cold start", statistics.median(ours) / statistics.median(cold), "x", goal=1 / 12, digits=3)


def run(page: Page, runtime: Runtime) -> str:
    """Run the program in the page's workspace; return its sandbox's id once it listens."""
    files = {"server.py": PROGRAM.format(mode=async_mode(runtime), run="")}
    started = page.ask("run", {"exercise": "scratch", "files": files, "runtime": runtime}, timeout=60)
    sandbox: str = started["sandbox"]["id"]
    page.await_event("sandbox_state", state="ready", id=sandbox)
    return sandbox


def cold_start(runtime: Runtime) -> float:
    """Start a program as a learner would in a terminal, and wait for the same acknowledged event."""
    port = free_port()
    source = PROGRAM.format(mode=async_mode(runtime), run=f", port={port}, allow_unsafe_werkzeug=True")
    before = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                wire = Wire(f"ws://127.0.0.1:{port}{WEBSOCKET}")
                break
            except (ConnectionRefusedError, websocket.WebSocketException):
                time.sleep(0.002)
        assert wire.ask("add", 2, 3) == [5]
        return time.perf_counter() - before
    finally:
        process.kill()
        process.wait()


def round_trip(site: RunningSite, folder: Path, turns: int = 60, trips: int = 40) -> None:
    """One acknowledged event, through the gateway with the trace on, against straight to the unix socket.

    They go in turns, and what is added is the median of the differences between neighbours: a slow moment of the
    machine hits both. The peer is a relay that only passes bytes on. Half as many turns are made before any counts:
    the first seconds of a new program, and after many runs, are slower.
    """
    with Page(site.url, PLAYGROUND) as page, ExitStack() as stack:
        sandbox = run(page, "threading")
        [unix_socket] = [str(path) for path in folder.rglob("*") if path.is_socket() and sandbox in str(path)]
        port = stack.enter_context(bare_relay(unix_socket))
        ways = {
            "direct": Wire(f"ws://sandbox{WEBSOCKET}", unix_socket=unix_socket),
            "relay": Wire(f"ws://127.0.0.1:{port}{WEBSOCKET}"),
            "gateway": Wire(address(site, sandbox)),
        }
        for wire in ways.values():
            stack.callback(wire.close)
        timed: dict[str, list[float]] = {way: [] for way in ways}
        for turn in range(turns + turns // 2):
            for way, wire in ways.items():
                took = median([round_trip_time(wire) for _ in range(trips)])
                if turn >= turns // 2:
                    timed[way].append(took)
                time.sleep(0.02)  # the trace is capped per second: stay below, as a page would

    def added_by(way: str) -> float:
        return statistics.median(through - direct for through, direct in zip(timed[way], timed["direct"], strict=True))

    show("Round trip through the gateway, trace on", statistics.median(timed["gateway"]), "ms", digits=3)
    show("  direct to the unix socket", statistics.median(timed["direct"]), "ms", digits=3)
    show("  added by a relay that only passes bytes on", added_by("relay"), "ms", digits=3)
    show("  added by the gateway", added_by("gateway"), "ms", goal=0.25, digits=3)


def whole_crowd() -> None:
    """Twenty clients of one program at once, in a site that lets so many in."""
    room = {"ENGINEIO_SESSIONS": 2 * CLIENTS, "THREADS": 200, "OPEN_FILES": 256, "ADDRESS_SPACE_BYTES": 1 << 31}
    patience = {"CPU_SOFT_SECONDS": 300, "CPU_HARD_SECONDS": 310, "CPU_HOG_SECONDS": 300}
    limits = {f"SANDBOX_{name}": str(value) for name, value in {**room, **patience}.items()}
    with tempfile.TemporaryDirectory(prefix="duplex-bench-") as folder:
        site = RunningSite(Path(folder), TMPDIR=folder, **limits).start()
        try:
            with Page(site.url, PLAYGROUND) as page:
                sandbox = run(page, "threading")
                [path] = [str(path) for path in Path(folder).rglob("*") if path.is_socket() and sandbox in str(path)]
                [server] = [child for child in descendants(site.pid) if is_learners(child)]
                ways = {
                    "direct": lambda: Asker(unix_connection(path), WEBSOCKET),
                    "gateway": lambda: Asker(tcp_connection(site.port), f"/sandbox/{sandbox}/A{WEBSOCKET}"),
                }
                for name, value, unit, goal in beside_direct(crowd(ways, site.pid, server.pid)):
                    show(name, value, unit, goal=goal, digits=2 if unit == "x" else 0)
        finally:
            site.stop()


def descendants(pid: int) -> list[psutil.Process]:
    """Return the processes that a process has started, and those that they have."""
    found: list[psutil.Process] = psutil.Process(pid).children(recursive=True)
    return found


def is_learners(process: psutil.Process) -> bool:
    """Return whether it is a program's process: a fork server's child."""
    parent = process.parent()
    return parent is not None and "course.sandbox.forkserver.server" in parent.cmdline()


def unix_connection(path: str) -> socket.socket:
    """Return a connection to a unix socket."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    return connection


def tcp_connection(port: int) -> socket.socket:
    """Return a connection that waits for nobody before it sends."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def round_trip_time(wire: Wire) -> float:
    """Return the seconds that one acknowledged event takes."""
    before = time.perf_counter()
    wire.ask("add", 2, 3)
    return time.perf_counter() - before


@contextmanager
def bare_relay(unix_socket: str) -> Iterator[int]:
    """Run the peer of the gateway; yield its port."""
    command = [sys.executable, "-m", "bench.relay", unix_socket]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


def whole_check(site: RunningSite, rounds: int = 10) -> None:
    """An exercise, checked whole, from the request to its last result."""
    with Page(site.url) as page:

        def check() -> float:
            before = time.perf_counter()
            page.ask("check", {"exercise": "add-with-ack", "files": {"server.py": SOLUTION.read_text()}})
            finished = page.await_event("check_finished")
            assert finished["error"] is None and finished["passed"] == finished["total"], finished
            return time.perf_counter() - before

        show("A whole exercise checked", median([check() for _ in range(rounds + 1)][1:]), "ms", goal=500)


def memory(site: RunningSite, runtime: Runtime, count: int) -> None:
    """Proportional set size of each of many running sandboxes, the fork server's own pages shared among them."""
    with ExitStack() as stack:
        for _ in range(count):
            page = stack.enter_context(Page(site.url, PLAYGROUND))
            wire = Wire(address(site, run(page, runtime)))
            wire.ask("add", 2, 3)
            stack.callback(page.ask, "stop", {})
            stack.callback(wire.close)
        servers = [
            child
            for child in psutil.Process(site.pid).children(recursive=True)
            if child.cmdline()[-3:] == ["course.sandbox.forkserver.server", runtime, "core"] and not child.children()
        ]
        sizes = [process.memory_full_info().pss / 1024 / 1024 for process in servers]
        show(f"Memory per sandbox, {len(sizes)} under {runtime}", statistics.median(sizes), "MB PSS", goal=10)


def address(site: RunningSite, sandbox: str) -> str:
    """Return where client A reaches a sandbox through the gateway."""
    return f"ws://127.0.0.1:{site.port}/sandbox/{sandbox}/A{WEBSOCKET}"


def median(seconds: list[float]) -> float:
    """Return the median in milliseconds."""
    return statistics.median(seconds) * MILLISECONDS


def show(name: str, value: float, unit: str, *, goal: float | None = None, digits: int = 1) -> None:
    """Print one row; whether the goal is held is a word, not an assertion: machines differ."""
    held = "" if goal is None else f"   goal <= {goal:.{digits}f}   {'held' if value <= goal else 'MISSED'}"
    print(f"{name:<44}{value:>10.{digits}f} {unit}{held}")


if __name__ == "__main__":
    main()
