"""Runs a lesson's program in a plain process of its own, as ``python server.py`` in a terminal would."""

from __future__ import annotations

import queue
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import socketio
import websocket

from tests.stage.quick_to_close import LEAVING_AT_ONCE, QuickToClose
from tests.stage.starting import Process, start

PATIENCE = 15.0
"""Seconds after which a program that should do something counts as failed."""


@dataclass
class Served:
    """A running program: its address and everything it has printed."""

    url: str
    process: Process
    lines: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait_for_line(self, text: str, timeout: float = PATIENCE) -> str:
        """Return the first printed line that holds `text`."""
        found: list[str] = []

        def there() -> bool:
            found[:] = [line for line in self.lines if text in line]
            return bool(found)

        with self.changed:
            assert self.changed.wait_for(there, timeout), f"{text!r} was never printed:\n" + "\n".join(self.lines)
        return found[0]

    def printed(self, text: str) -> bool:
        with self.changed:
            return any(text in line for line in self.lines)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()


PATCHES = "monkey.patch_all("
"""Code that replaces the standard library must run first, which it can't in a warm Python."""


@contextmanager
def serving(program: Path | str, tmp_path: Path | None = None, *, cold: bool = False) -> Iterator[Served]:
    """Serve a program (its path, or its text) until the block ends.

    Args:
        program: what to run.
        tmp_path: where a text is written.
        cold: start a new Python for it, so that the effects of its imports are tested, too.
    """
    if isinstance(program, str):
        assert tmp_path is not None
        path = tmp_path / "server.py"
        path.write_text(program)
    else:
        path = program
    process = start("launched.py", str(path), cold=cold or PATCHES in path.read_text())
    served = Served("", process)
    reader = threading.Thread(target=served._read, daemon=True)
    reader.start()
    try:
        line = served.wait_for_line("Running on http")
        match = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert match is not None
        served.url = match[0]
        yield served
    finally:
        process.kill()
        process.wait()
        reader.join()
        assert process.stdout is not None
        process.stdout.close()


@contextmanager
def examples_of(folder: Path, *, cold: str = "") -> Iterator[Mapping[str, Served]]:
    """Give a lesson's examples by name, each started when it is first asked for and stopped at the end.

    Args:
        folder: of the examples.
        cold: the one that is started as a new Python.
    """
    with ExitStack() as stack:

        class Started(dict[str, Served]):
            def __missing__(self, name: str) -> Served:
                self[name] = stack.enter_context(serving(folder / f"{name}.py", cold=name == cold))
                return self[name]

        yield Started()


class Client:
    """A real python-socketio client that keeps what it receives."""

    def __init__(self, url: str, namespace: str = "/") -> None:
        self.namespace = namespace
        self.received: queue.Queue[tuple[str, tuple[Any, ...]]] = queue.Queue()
        self.sio = socketio.Client(**LEAVING_AT_ONCE)
        self.sio.on("*", self._keep, namespace=namespace)
        self.sio.connect(url, namespaces=[namespace], transports=["websocket"])

    def _keep(self, event: str, *args: Any) -> None:
        self.received.put((event, args))

    def next(self) -> tuple[str, tuple[Any, ...]]:
        """Return the next event that arrives, with its arguments."""
        return self.received.get(timeout=PATIENCE)

    def emit(self, event: str, *args: Any) -> queue.Queue[tuple[Any, ...]]:
        """Emit; the acknowledgement, when one comes, lands in the queue that is returned."""
        acknowledged: queue.Queue[tuple[Any, ...]] = queue.Queue()
        self.sio.emit(event, args, namespace=self.namespace, callback=lambda *answer: acknowledged.put(answer))
        return acknowledged

    def ask(self, event: str, *args: Any) -> tuple[Any, ...]:
        """Emit and return the acknowledgement."""
        return self.emit(event, *args).get(timeout=PATIENCE)

    def close(self) -> None:
        self.sio.disconnect()


@contextmanager
def client(served: Served, namespace: str = "/") -> Iterator[Client]:
    connected = Client(served.url, namespace)
    try:
        yield connected
    finally:
        connected.close()


class Wire:
    """A bare WebSocket that speaks the protocol itself, to see the packets literally."""

    def __init__(self, url: str) -> None:
        address = url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        self.socket = websocket.create_connection(address, timeout=PATIENCE, class_=QuickToClose)

    def receive(self) -> str:
        """Return the next frame that is not a heartbeat; empty when the server closed."""
        while True:
            frame = self.socket.recv()
            text = frame if isinstance(frame, str) else frame.decode()
            if text != "2":
                return text
            self.socket.send("3")

    def send(self, frame: str) -> None:
        self.socket.send(frame)

    def close(self) -> None:
        self.socket.close()


@contextmanager
def wire(served: Served) -> Iterator[Wire]:
    """Open a bare WebSocket and do the handshake."""
    bare = Wire(served.url)
    try:
        assert bare.receive().startswith("0{")
        bare.send("40")
        assert bare.receive().startswith("40{")
        yield bare
    finally:
        bare.close()
