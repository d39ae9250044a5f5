"""A real supervisor, programs from tests/apps in it, and a watcher that remembers what it was told."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Collection, Mapping
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import websocket

from course.program import Runtime
from course.sandbox.host.sandbox import Sandbox
from course.sandbox.host.supervisor import Supervisor
from course.sandbox.limits import Limits
from course.sandbox.model import LearnerException, Mark, Output, Program, Purpose, StateChange
from course.server_request import TAG
from course.wire import TraceRow

APPS = Path(__file__).parents[1] / "apps"
PATIENCE = 20
"""Seconds after which a test assumes that something will not happen; a busy machine is slow."""


def source_of(app: str) -> str:
    """Return a program of tests/apps."""
    return (APPS / f"{app}.py").read_text()


class Memory:
    """A watcher that remembers everything, in order."""

    def __init__(self) -> None:
        self.told: list[StateChange | Output | LearnerException] = []
        self.reports: list[dict[str, Any]] = []
        """What the program reported from inside."""
        self._news = threading.Condition()

    def state_changed(self, sandbox_id: str, change: StateChange) -> None:
        self._add(change)

    def output(self, sandbox_id: str, piece: Output) -> None:
        self._add(piece)

    def exception(self, sandbox_id: str, exception: LearnerException) -> None:
        self._add(exception)

    def traced(self, sandbox_id: str, rows: list[TraceRow], dropped: int) -> None: ...

    def inside(self, sandbox_id: str, reports: list[dict[str, Any]], dropped: int) -> None:
        with self._news:
            self.reports += reports
            self._news.notify_all()

    def marked(self, sandbox_id: str, marks: list[Mark]) -> None: ...

    def faults_changed(self, sandbox_id: str, in_force: Mapping[str, Mapping[str, Any]]) -> None: ...

    @property
    def changes(self) -> list[StateChange]:
        return [each for each in self.told if isinstance(each, StateChange)]

    @property
    def states(self) -> list[str]:
        return [change.state for change in self.changes]

    @property
    def exceptions(self) -> list[LearnerException]:
        return [each for each in self.told if isinstance(each, LearnerException)]

    def text(self, *streams: str) -> str:
        """Return the output on these streams; without a name, on all except our own notices."""
        wanted = streams or ("stdout", "stderr")
        return "".join(each.text for each in self.told if isinstance(each, Output) and each.stream in wanted)

    def told_inside(self, found: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Wait for a report from inside that satisfies `found`, and return it."""
        self.wait(lambda _: any(found(each) for each in self.reports))
        return next(each for each in self.reports if found(each))

    def wait(self, reached: Callable[[Memory], object]) -> Memory:
        """Wait until what was told satisfies `reached`."""
        with self._news:
            assert self._news.wait_for(lambda: reached(self), PATIENCE), self.told[-20:]
        return self

    def _add(self, piece: StateChange | Output | LearnerException) -> None:
        with self._news:
            self.told.append(piece)
            self._news.notify_all()


class Running:
    """A started program, its sandbox and its watcher."""

    def __init__(self, sandbox: Sandbox, memory: Memory) -> None:
        self.sandbox = sandbox
        self.memory = memory

    @property
    def id(self) -> str:
        return self.sandbox.id

    def ready(self) -> Running:
        """Wait until it listens."""
        change = self.sandbox.wait_ready(PATIENCE)
        assert change.state == "ready", (change, self.memory.text())
        return self

    def end(self) -> StateChange:
        """Wait until it has ended."""
        change = self.sandbox.wait_ended(PATIENCE)
        assert self.sandbox.ended, (change, self.memory.text())
        return change

    def get(self, path: str = "/", headers: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Return status and body of a request."""
        status, _, body = self.request("GET", path, headers=headers)
        return status, body

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, HTTPMessage, str]:
        """Return status, headers and body of what the server answers."""
        connection = HTTPConnection("localhost", timeout=PATIENCE)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(PATIENCE)
        connection.sock.connect(str(self.sandbox.socket_path))
        try:
            connection.request(method, path, body, headers=dict(headers or {}))
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()
        finally:
            connection.close()

    def client(
        self, auth: Any = None, *, tag: str = "", namespace: str = "", cookies: Mapping[str, str] | None = None
    ) -> Client:
        """Return a connected Socket.IO client; use it with `with`. `tag` is the one that the gateway would add."""
        return Client(self.sandbox.socket_path, auth, tag, namespace, cookies or {})


class Client:
    """A bare Socket.IO client over one WebSocket, straight to the unix socket."""

    def __init__(
        self, path: Path, auth: Any, tag: str = "", namespace: str = "", cookies: Mapping[str, str] | None = None
    ) -> None:
        self._namespace = f"{namespace}," if namespace else ""
        self._passed_over: list[str] = []
        raw = socket.socket(socket.AF_UNIX)
        raw.settimeout(PATIENCE)
        raw.connect(str(path))
        url = "ws://localhost/socket.io/?EIO=4&transport=websocket"
        header = [f"{TAG}: {tag}"] if tag else []
        header += [f"Cookie: {'; '.join(f'{name}={value}' for name, value in cookies.items())}"] if cookies else []
        self._ws = websocket.create_connection(url, timeout=PATIENCE, header=header, socket=raw, suppress_origin=True)
        self._receive("0")
        self._ws.send("40" + self._namespace + (json.dumps(auth) if auth is not None else ""))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ws.close()

    def accepted(self) -> Self:
        """Wait until the server has accepted the connection."""
        self._receive("40")
        return self

    def emit(self, event: str, *args: Any) -> None:
        """Send an event without asking for an acknowledgement."""
        self._ws.send("42" + self._namespace + json.dumps([event, *args]))

    def ask(self, event: str, *args: Any) -> list[Any]:
        """Send an event and return its acknowledgement."""
        answer = f"43{self._namespace}0"
        self._ws.send(f"42{self._namespace}0" + json.dumps([event, *args]))
        return json.loads(self._receive(answer)[len(answer) :])

    def hear(self, event: str) -> list[Any]:
        """Wait until the server emits `event`, and return what came with it."""
        while True:
            heard = self._receive(f"42{self._namespace}")
            told = json.loads(heard[heard.index("[") :])
            if told[0] == event:
                return list(told[1:])

    def answer(self, event: str, *args: Any) -> None:
        """Wait until the server asks with `event`, and acknowledge that."""
        while not (asked := self._receive("42")).split("[", 1)[1].startswith(json.dumps(event)):
            pass
        self._ws.send(f"43{asked[2:].split('[', 1)[0]}" + json.dumps(args))

    def _receive(self, prefix: str) -> str:
        """Return the first frame that begins so and was not returned before."""
        for number, frame in enumerate(self._passed_over):
            if frame.startswith(prefix):
                return self._passed_over.pop(number)
        while True:
            frame = self._ws.recv()
            if frame == "2":
                self._ws.send("3")
            elif isinstance(frame, str) and frame.startswith(prefix):
                return frame
            elif isinstance(frame, str):
                self._passed_over.append(frame)


class Host:
    """A supervisor with small limits. Use it with `with`."""

    def __init__(
        self,
        directory: Path,
        *,
        slots: int = 12,
        limits: Limits | None = None,
        unconfined: bool = False,
        runtimes: Collection[Runtime] = ("threading",),
    ) -> None:
        limits = limits or Limits(start_seconds=15)
        self.supervisor = Supervisor(limits, directory / "s", slots=slots, unconfined=unconfined, runtimes=runtimes)
        self._started = 0

    def __enter__(self) -> Self:
        self.supervisor.open()
        assert self.supervisor.unavailable is None, self.supervisor.unavailable
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.supervisor.close()

    def start(
        self,
        app: str | Mapping[str, str],
        *,
        runtime: Runtime = "threading",
        learner: str = "",
        purpose: Purpose = "run",
        terminal: bool = True,
    ) -> Running:
        """Start a program, given by its name in tests/apps or by its files."""
        self._started += 1
        memory = Memory()
        files = {"server.py": source_of(app)} if isinstance(app, str) else app
        sandbox = self.supervisor.start(
            Program(files, runtime, terminal),
            learner=learner or f"learner {self._started}",
            purpose=purpose,
            watcher=memory,
        )
        return Running(sandbox, memory)

    def run(self, source: str, runtime: Runtime = "threading") -> Running:
        """Start a program given as text."""
        return self.start({"server.py": source}, runtime=runtime)

    def stop_all(self) -> None:
        """Stop everything that runs or waits."""
        for sandbox in self.supervisor.all():
            self.supervisor.stop(sandbox.id)
            sandbox.wait_ended(PATIENCE)
