"""Runs checks in a process that may be killed, and passes their results on.

Works in ordinary threads and, where the process is monkey-patched by gevent, in greenlets: only sockets, queues,
locks and threads of the standard library are used, and `open` belongs on the main thread.
"""

from __future__ import annotations

import itertools
import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course.grading.checks import OUR_FAULT
from course.grading.grader_process import Lines, write_line
from course.grading.model import CheckResult, RunSummary
from course.grading.reports import Note, ReportRelay

ROOT = Path(__file__).resolve().parents[2]
OVERRAN = "The check did not come to an end, so we stopped it. That does not count as an attempt."


def checks_at_once() -> int:
    """Return how many check runs this machine can go on with at the same time.

    That is one for each core, and one more: a check waits about a third of its time, for clients and for silence.
    """
    return (os.cpu_count() or 1) + 1


OnResult = Callable[[CheckResult], None]
Message = dict[str, Any]


class Grader:
    """A warm process for checks.

    Args:
        run_seconds: after this time a check run is killed, which counts as our fault.
        at_once: how many check runs may go on at the same time; others wait.
        queue_seconds: how long a run may wait for its turn before it is given up.
    """

    def __init__(self, *, run_seconds: float = 45, at_once: int = 4, queue_seconds: float = 60) -> None:
        self._run_seconds = run_seconds
        self._at_once = at_once
        self._queue_seconds = queue_seconds
        self._jobs = itertools.count(1)
        self._lock = threading.Lock()
        self._link: _Link | None = None

    def open(self) -> None:
        """Start the process; a second call changes nothing. Call it on the main thread."""
        self._living_link()

    @property
    def pid(self) -> int:
        """Return the process id, for measurements from outside. The process is started if there is none."""
        return self._living_link().pid

    def close(self) -> None:
        """End the process and every run in it; the grader may be opened again."""
        with self._lock:
            link, self._link = self._link, None
        if link:
            link.close()

    def run(
        self,
        checks: Path,
        socket_path: Path,
        *,
        on_result: OnResult = lambda result: None,
        notes: ReportRelay | None = None,
        timed: bool = False,
    ) -> RunSummary:
        """Run a ``checks.py`` against the server at `socket_path` and wait for its end.

        Args:
            checks: the file of the lesson bundle.
            socket_path: where the learner's server listens.
            on_result: called with each result in order, on the calling thread, as soon as it is known.
            notes: where the caller reports exceptions and the end of the sandbox during the run.
            timed: its checks measure time: no other timed run goes on at the same time.

        Returns:
            The summary; with `error` set, the run failed on our side and is not an attempt.
        """
        run = _Run(on_result)
        link = self._living_link()
        job = link.start(next(self._jobs), checks, socket_path, run, timed)
        if notes:
            notes.listen(lambda note: link.tell(job, note))
        try:
            return run.follow(self._run_seconds + self._queue_seconds)
        finally:
            if notes:
                notes.listen(None)
            link.forget(job)

    def _living_link(self) -> _Link:
        with self._lock:
            if self._link is None or not self._link.alive:
                if self._link:
                    self._link.close()
                self._link = _Link(self._run_seconds, self._at_once)
            return self._link


class _Run:
    """The caller's view of one check run."""

    def __init__(self, on_result: OnResult) -> None:
        self.messages: queue.Queue[Message] = queue.Queue()
        self._on_result = on_result
        self._passed = 0
        self._total = 0
        self._begun: dict[str, str] | None = None

    def follow(self, seconds: float) -> RunSummary:
        """Pass on results until the run ends; `seconds` is the longest silence."""
        while True:
            try:
                message = self.messages.get(timeout=seconds)
            except queue.Empty:
                message = {"lost": "overran"}
            if "total" in message:
                self._total = int(message["total"])
            elif "begins" in message:
                self._begun = message["begins"]
            elif "result" in message:
                self._begun = None
                result = CheckResult.from_json(message["result"])
                self._passed += result.outcome == "passed"
                self._on_result(result)
            elif "done" in message:
                return RunSummary.from_json(message["done"])
            elif "lost" in message:
                return self._lost(OVERRAN if message["lost"] == "overran" else OUR_FAULT)

    def _lost(self, sentence: str) -> RunSummary:
        if self._begun:
            self._on_result(CheckResult(self._begun["name"], self._begun["title"], "error", sentence))
        return RunSummary(self._passed, self._total, sentence)


class _Link:
    """One life of the grader process."""

    def __init__(self, run_seconds: float, at_once: int) -> None:
        self._wire, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  # our own module
                [sys.executable, "-m", "course.grading.grader_process", str(run_seconds), str(at_once)],
                stdin=theirs.fileno(),
                cwd=ROOT,
                env={"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
                start_new_session=True,
            )
        self.pid = self._process.pid
        self._runs: dict[int, _Run] = {}
        self._lock = threading.Lock()
        # A separate lock: a sender that waits for room on the wire must not keep the reader from making room.
        self._sending = threading.Lock()
        self.alive = True
        self._reader = threading.Thread(target=self._read, name="grader results", daemon=True)
        self._reader.start()

    def start(self, job: int, checks: Path, socket_path: Path, run: _Run, timed: bool) -> int:
        with self._lock:
            self._runs[job] = run
        if not self.alive:
            run.messages.put({"lost": "died"})
        self._send({"job": job, "checks": str(checks.resolve()), "socket": str(socket_path), "timed": timed})
        return job

    def tell(self, job: int, note: Note) -> None:
        self._send({"job": job, "note": dict(note)})

    def forget(self, job: int) -> None:
        """Drop a run; if it still goes on, it is killed."""
        with self._lock:
            self._runs.pop(job, None)
        self._send({"job": job, "cancel": True})

    def close(self) -> None:
        """End the process: it and its children end with the wire."""
        try:
            self._wire.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it has ended already
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._wire.close()

    def _send(self, message: Message) -> None:
        try:
            with self._sending:
                write_line(self._wire, message)
        except OSError:
            pass  # the reader notices the end and tells every run

    def _read(self) -> None:
        lines = Lines()
        try:
            while data := self._wire.recv(65536):
                for message in lines.feed(data):
                    with self._lock:
                        run = self._runs.get(message["job"])
                    if run:
                        run.messages.put(message)
        except OSError:
            pass
        with self._lock:
            self.alive = False
            for run in self._runs.values():
                run.messages.put({"lost": "died"})
