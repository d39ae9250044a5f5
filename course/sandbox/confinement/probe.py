"""What this machine can refuse: tries the forbidden acts in a throw-away process and makes a table of the results.

``python -m course.sandbox.confinement.probe`` prints a table for each runtime; its exit status is 0 when all of them
may be used.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import course
from course.program import RUNTIMES, Runtime, is_gevent
from course.sandbox import native
from course.sandbox.available_modules import import_gevent
from course.sandbox.confinement import landlock, landlock_acts, seccomp, thread_listener
from course.sandbox.confinement.forbidden import ACTS
from course.sandbox.confinement.lockdown import INTERPRETER_PATHS, LockdownFailed, confine
from course.sandbox.confinement.seccomp_numbers import Machine, UnknownMachine, this_machine
from course.sandbox.limits import Limits

PROBE_SECONDS = 10
PROBE_UID = 59_999
"""The user that the throw-away process becomes when we are root; no sandbox runs under this id."""

FIT = "Learners' code can run here."
_TRY = "--try-here"
_PR_SET_NO_NEW_PRIVS = 38


@dataclass(frozen=True)
class ProbeRow:
    """One tried act."""

    layer: str
    act: str
    required: bool
    """Whether code may run only where this is refused."""
    refused: bool
    detail: str


@dataclass(frozen=True)
class ProbeReport:
    """Everything that was tried under one runtime."""

    rows: tuple[ProbeRow, ...]
    runtime: Runtime = "threading"

    @property
    def ok(self) -> bool:
        """Whether learners' code may run on this machine."""
        return bool(self.rows) and all(row.refused for row in self.rows if row.required)

    @property
    def reason(self) -> str:
        """Why running code is off, as a sentence; empty when it is on."""
        if self.ok:
            return ""
        missing = next((row for row in self.rows if row.required and not row.refused), None)
        why = f"{missing.layer}: {missing.act}, {missing.detail}" if missing else "the probe found nothing to try"
        if is_gevent(self.runtime):
            return f"This machine can't confine a program under {self.runtime} ({why}), so that runtime is off here."
        return f"This machine can't confine a learner's program ({why}), so running code is off here."

    def table(self) -> str:
        """Return the rows as text in columns."""
        lines = [("LAYER", "ACT", "REQUIRED", "REFUSED", "SEEN")]
        for row in self.rows:
            lines.append((row.layer, row.act, _yes(row.required), _yes(row.refused), row.detail))
        widths = [max(len(line[column]) for line in lines) for column in range(4)]
        return "\n".join("  ".join([*map(str.ljust, line[:4], widths), line[4]]) for line in lines)


def probe(runtime: Runtime = "threading") -> ProbeReport:
    """Try the acts in a process of its own and report; takes some 100 ms, under gevent some 300. Never raises."""
    command = [sys.executable, "-m", "course.sandbox.confinement.probe", _TRY, runtime]
    root = Path(course.__file__).parents[1]
    # No environment: the throw-away process must hold no secret, in case the confinement does not work.
    environment = {"MALLOC_ARENA_MAX": "1"}
    try:
        done = subprocess.run(  # noqa: S603 (our own module, no word from outside)
            command, cwd=root, env=environment, capture_output=True, text=True, timeout=PROBE_SECONDS, check=True
        )
        return ProbeReport(tuple(ProbeRow(**row) for row in json.loads(done.stdout)), runtime)
    except (OSError, subprocess.SubprocessError, ValueError, TypeError) as error:
        return ProbeReport((ProbeRow("probe", "try the layers", True, False, f"it failed: {error}"),), runtime)


def probe_all() -> tuple[str, bool]:
    """Probe every runtime. Return a table and a sentence for each, and whether all of them may run here."""
    reports = [probe(runtime) for runtime in RUNTIMES]
    texts = [f"{report.runtime}\n\n{report.table()}\n{report.reason or FIT}" for report in reports]
    return "\n\n".join(texts), all(report.ok for report in reports)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _try_here(runtime: Runtime) -> list[ProbeRow]:
    if runtime == "gevent-patched":
        from gevent import monkey

        monkey.patch_all()
    try:
        machine = this_machine()
    except UnknownMachine as error:
        return [ProbeRow("machine", "call the kernel by another table", True, False, str(error))]
    confined = _in_a_child(_try_confined if runtime == "threading" else _try_confined_under_gevent)
    if not confined:
        confined = [ProbeRow("seccomp", "live on under the filter", True, False, "the process died")]
    return confined + ([_try_threads(machine), *_try_landlock(machine)] if runtime == "threading" else [])


def _in_a_child(attempt: Callable[[], list[ProbeRow]]) -> list[ProbeRow]:
    """Return the rows that `attempt` gave in a forked child; none when the child died."""
    reader, writer = os.pipe()
    child = native.fork()
    if child == 0:
        try:
            os.dup2(writer, 1)
            os.write(1, json.dumps([asdict(row) for row in attempt()]).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        text = pipe.read()
    native.waitpid(child, 0)
    return [ProbeRow(**row) for row in json.loads(text or b"[]")]


def _try_confined() -> list[ProbeRow]:
    was_root = os.geteuid() == 0
    machine = this_machine()
    seen: list[ProbeRow] = []

    def look_around() -> None:
        held = "root's rights" if was_root else "rights beyond its user's"
        gone = os.geteuid() != 0 and _capabilities() == 0
        seen.append(ProbeRow("identity", f"keep {held}", True, gone, f"uid {os.geteuid()}"))

    try:
        confine(Limits(), keep_fds={1, 2}, uid=PROBE_UID if was_root else None, build=look_around)
    except LockdownFailed as error:
        return [*seen, ProbeRow(error.layer, "run without this layer", True, False, error.message)]
    return seen + [ProbeRow("seccomp", act.name, True, *act.refused(machine)) for act in ACTS]


def _try_confined_under_gevent() -> list[ProbeRow]:
    """Try the acts once more in a thread of gevent's pool, which is started after the lock, by a loop made after it."""
    import_gevent()
    import gevent

    machine = this_machine()
    rows = _try_confined()
    if not all(row.refused for row in rows):
        return rows
    gevent.sleep(0.001)
    seen = gevent.get_hub().threadpool.apply(lambda: [act.refused(machine) for act in ACTS])
    return rows + [ProbeRow("seccomp, gevent", act.name, True, *each) for act, each in zip(ACTS, seen, strict=True)]


def _capabilities() -> int:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1], 16) for line in status if line.startswith("CapEff"))


def _try_threads(machine: Machine) -> ProbeRow:
    act = "start one thread too many"
    if os.geteuid() == 0:
        return ProbeRow("threads", act, False, True, "each program has a user of its own, and the kernel counts")

    def attempt() -> list[ProbeRow]:
        seccomp.call(machine, "prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        try:
            thread_listener.listen(machine)
        except OSError as error:
            return [ProbeRow("threads", act, False, False, f"only the watchdog counts: {error.strerror}")]
        return [ProbeRow("threads", act, False, True, "the fork server counts")]

    if not thread_listener.kernel_can_ask():
        return ProbeRow("threads", act, False, False, "only the watchdog counts: this kernel asks nobody")
    return _in_a_child(attempt)[0]


def _try_landlock(machine: Machine) -> list[ProbeRow]:
    abi = landlock.abi_version(machine)
    if not abi:
        return [ProbeRow("landlock", "everything below", False, False, "this kernel has no Landlock")]

    def attempt() -> list[ProbeRow]:
        with landlock_acts.stage() as acts:
            seccomp.call(machine, "prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            landlock.lock(machine, abi, landlock.open_paths(INTERPRETER_PATHS))
            return [ProbeRow("landlock", act.name, False, *act.refused(machine)) for act in acts]

    return _in_a_child(attempt)


def _main() -> int:
    if sys.argv[1:2] == [_TRY]:
        print(json.dumps([asdict(row) for row in _try_here(next(name for name in RUNTIMES if name in sys.argv))]))
        return 0
    text, ok = probe_all()
    print(text)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(_main())
