"""Notes what goes on inside a learner's program (handlers, emissions, rooms) and sends it to the supervisor.

Called by the hooks of `course.sandbox.learner.hooks`. Runs inside the confined child.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import threading
import time
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from typing import Any

import flask
from socketio.base_manager import BaseManager

from course.sandbox.client_tag import ENVIRON, MEASURING
from course.sandbox.learner.inside_sender import InsideSender, Report
from course.sandbox.learner.socketio_privates import environ_of, is_sid, rooms_of

LONG_SECONDS = 0.1
"""A handler that takes longer is reported while it is still running."""
EMITS_AT_MOST = 20
"""Reported for one handler; the rest is counted."""
ROOMS_AT_MOST = 60
NAME_CHARACTERS = 80
WRAPPERS_AT_MOST = 10

Where = Callable[[], tuple[Hashable, str]]
"""Returns the identity of the current thread or greenlet, and its name."""


@dataclass(eq=False)
class _Run:
    """One handler that is running."""

    number: int
    event: str
    namespace: str
    sid: str
    client: str
    line: int | None
    thread: str
    outer: _Run | None
    """The handler of the same thread that called it: `disconnect()` runs one handler inside another."""
    began: float
    emits: list[dict[str, Any]] = field(default_factory=list)
    left_out: int = 0
    told: int = -1
    """Emissions that were reported while it is running; -1 before it was reported at all."""

    @property
    def measures(self) -> bool:
        return self.client.startswith(MEASURING)

    def report(self, kind: str) -> Report:
        return {
            "kind": kind,
            "run": self.number,
            "time": self.began,
            "event": self.event,
            "namespace": self.namespace,
            "client": self.client,
            "thread": self.thread,
            "line": self.line,
            "emits": list(self.emits),
            "left_out": self.left_out,
        }


class Notes:
    """What is known about one program from inside.

    Args:
        send: sends a message to the supervisor: JSON without a newline.
        own_files: names of the learner's files whose lines are told, as they were compiled.
        where: returns (identity of the thread or greenlet, its name); see `Where`.
    """

    def __init__(self, send: Callable[[bytes], None], own_files: Collection[str], where: Where) -> None:
        self._own = own_files
        self._where = where
        self._sender = InsideSender(send, self._news)
        self._numbers = itertools.count()
        self._running: dict[Hashable, _Run] = {}
        """The innermost handler of each thread."""
        self._manager: BaseManager | None = None
        """Set when its rooms have changed since they were last reported."""

    # Handlers

    def began(self, socketio: Any, handler: Any, message: str, namespace: str, sid: str, *args: Any) -> _Run:
        """Note that a handler is called."""
        environ = socketio.server.get_environ(sid, namespace) or {}
        event = args[0] if message == "*" and args else message
        key, thread = self._where()
        run = _Run(
            number=next(self._numbers),
            event=_name(event),
            namespace=_name(namespace),
            sid=sid,
            client=environ.get(ENVIRON) or sid,
            line=_line(handler, self._own),
            thread=_name(thread),
            outer=self._running.get(key),
            began=time.monotonic(),
        )
        self._running[key] = run
        if not run.measures:
            self._sender.look()
        return run

    def ended(self, run: _Run, error: BaseException | None) -> None:
        """Note that it has returned, or raised."""
        seconds = time.monotonic() - run.began
        key, _ = self._where()
        if run.outer is None:
            self._running.pop(key, None)
        else:
            self._running[key] = run.outer
        if run.measures or (run.event == "disconnect" and _never_entered(error)):
            return  # a disconnect handler is first called with a reason: one that takes none did not run
        report = {**run.report("handler"), "seconds": seconds}
        if error is not None:
            report["error"] = f"{type(error).__name__}: {error}"[: 2 * NAME_CHARACTERS]
        self._sender.add(report)

    # Emissions

    def emitted(
        self,
        at: float,
        manager: Any,
        event: Any,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: Any = None,
        callback: Any = None,
        to: Any = None,
        **_: Any,
    ) -> None:
        """Note that something was emitted at second `at`: by the handler of this thread, or outside of any handler."""
        key, thread = self._where()
        run = self._running.get(key)
        if run is not None and run.measures:
            return
        room = to or room
        rooms = room if isinstance(room, (list, tuple, set)) else [room]
        emits = [
            {
                "time": at,
                "event": _name(event),
                "namespace": _name(namespace),
                "to": self._addressee(manager, namespace, each, run),
                "skip": bool(skip_sid),
            }
            for each in itertools.islice(rooms, EMITS_AT_MOST)
        ]
        if run is None:
            told = {"kind": "emits", "run": next(self._numbers), "time": at, "handler": None, "thread": _name(thread)}
            self._sender.add({**told, "route": _route(), "emits": emits})
        elif len(run.emits) < EMITS_AT_MOST:
            run.emits += emits
            self._sender.look()
        else:
            run.left_out += 1

    def _addressee(self, manager: Any, namespace: str, room: Any, run: _Run | None) -> str:
        if room is None:
            return "all"
        if run is not None and room == run.sid:
            return "self"
        if is_sid(manager, namespace, room):
            return f"client:{_client(manager, namespace, room)}"
        return f"room:{_name(room)}"

    # Rooms

    def rooms_changed(self, manager: BaseManager) -> None:
        """Note that a client has entered or left a room."""
        self._manager = manager
        self._sender.look()

    # What the sender asks

    def _news(self) -> tuple[list[Report], bool]:
        """Return reports of long-running handlers and of rooms, and whether another handler may soon run long."""
        now, soon, made = time.monotonic(), False, []
        with contextlib.suppress(RuntimeError):  # a dictionary has changed: the next look will do
            for innermost in list(self._running.values()):
                run: _Run | None = innermost
                while run is not None:
                    if now - run.began < LONG_SECONDS:
                        soon = soon or not run.measures
                    elif not run.measures and run.told < len(run.emits):
                        run.told = len(run.emits)
                        made.append(run.report("began"))
                    run = run.outer
        manager, self._manager = self._manager, None
        if manager is not None:
            with contextlib.suppress(LookupError, RuntimeError):  # they are changing, and the change will be reported
                made.append({"kind": "rooms", "time": now, "rooms": _rooms(manager)})
        return made, soon


def this_thread() -> tuple[Hashable, str]:
    """Return the identity and the name of this thread."""
    return threading.get_ident(), threading.current_thread().name


def this_greenlet() -> tuple[Hashable, str]:
    """Return the identity and the name of this greenlet."""
    from gevent import getcurrent  # imported here, because the threading runtime has no gevent

    greenlet = getcurrent()
    return greenlet, getattr(greenlet, "name", "main greenlet")


def _name(value: Any) -> str:
    return (value if isinstance(value, str) else repr(value))[:NAME_CHARACTERS]


def _line(handler: Any, own_files: Collection[str]) -> int | None:
    """Return the line where the learner's function begins, below its decorators."""
    line, function = None, handler
    for _ in range(WRAPPERS_AT_MOST):
        code = getattr(function, "__code__", None)
        if code is not None and code.co_filename in own_files:
            line = code.co_firstlineno
        function = function.func if isinstance(function, functools.partial) else getattr(function, "__wrapped__", None)
        if function is None:
            break
    return line


def _never_entered(error: BaseException | None) -> bool:
    """Return whether the handler was called with arguments that it does not take."""
    trace = error.__traceback__ if isinstance(error, TypeError) else None
    return trace is not None and trace.tb_next is None


def _route() -> str | None:
    """Return method and path of the HTTP request that is being answered, if there is one."""
    if not flask.has_request_context() or hasattr(flask.request, "sid"):
        return None
    return f"{flask.request.method} {flask.request.path}"[:NAME_CHARACTERS]


def _client(manager: Any, namespace: str, sid: str) -> str:
    """Return the tag of a connection's client; its sid if it has no tag, as with Flask-SocketIO's test client."""
    return str(environ_of(manager, namespace, sid).get(ENVIRON) or sid)


def _rooms(manager: BaseManager) -> list[dict[str, Any]]:
    told = []
    for namespace, room, members, is_own in rooms_of(manager):
        clients = [_client(manager, namespace, sid) for sid in members]
        clients = [client for client in clients if not client.startswith(MEASURING)]
        if clients:
            kind = "all" if room is None else "own" if is_own else "room"
            name = "" if room is None else _name(room)
            told.append({"namespace": _name(namespace), "room": name, "kind": kind, "clients": clients})
    return told[:ROOMS_AT_MOST]
