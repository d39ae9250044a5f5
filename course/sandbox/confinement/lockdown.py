"""Confinement: the one-way door that a learner's process goes through before it sees the learner's code.

The order is the point. Whatever needs a right is done before that right is given up, and the last step tries the
forbidden acts and fails if one succeeds. Standard library only: the fork server imports it.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import itertools
import os
import resource
import signal
import site
import socket
import sys
import sysconfig
from collections.abc import Callable, Collection
from typing import TypeVar

from course.sandbox import native
from course.sandbox.confinement import landlock, seccomp, thread_listener
from course.sandbox.confinement.forbidden import ACTS
from course.sandbox.confinement.seccomp_numbers import Machine, UnknownMachine, this_machine
from course.sandbox.confinement.seccomp_rules import DEFAULT, learner_rules
from course.sandbox.confinement.verdict import SELF_TEST
from course.sandbox.limits import Limits

T = TypeVar("T")

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_CAPABILITY_VERSION_3 = 0x20080522

# When a thread is cancelled glibc loads this library for unwinding, and aborts when it can't: load it in time.
with contextlib.suppress(OSError):
    ctypes.CDLL("libgcc_s.so.1")


def _interpreter_paths() -> set[str]:
    paths = {sys.prefix, sys.base_prefix, sys.exec_prefix, *site.getsitepackages()}
    paths |= {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    return {os.path.realpath(path) for path in paths} - {"/"}


INTERPRETER_PATHS = frozenset(_interpreter_paths())
"""The folders that hold Python itself and its packages. Determined once, in the fork server."""


NOBODY = 0x7FFFFFFE
"""No process has this id: the kernel gives none above 2 ** 22."""


@functools.cache
def learner_filter(machine: Machine) -> bytes:
    """Return the filter of a process whose id is `NOBODY`. The fork server asks once, so that its children have it."""
    return seccomp.assemble(seccomp.compile_filter(learner_rules(machine, NOBODY), machine, default=DEFAULT))


class LockdownFailed(Exception):
    """A step of the confinement failed: no learner's code may run in this process, which should end.

    `layer` is the step's short name, the message says what happened.
    """

    def __init__(self, layer: str, message: str) -> None:
        super().__init__(f"{layer}: {message}")
        self.layer = layer
        self.message = message


def confine(
    limits: Limits,
    *,
    keep_fds: Collection[int],
    uid: int | None,
    build: Callable[[], T],
    listener_to: socket.socket | None = None,
) -> T:
    """Give up every right a learner's program does not need, for good, and return what `build` made on the way.

    Call it in a fresh child with one thread; the caller must end the process when it raises.

    Args:
        limits: applied with setrlimit; with a `uid` of its own the process is held to `limits.threads` by the kernel.
        keep_fds: the only descriptors that stay open, standard streams included. What `build` opens stays too.
            Files among them can't be written (limit 0): standard output must be a pipe.
        uid: user and group id to become. Needed when running as root, and not possible otherwise (None then).
        build: makes the server: the last moment at which sockets can be created. It runs as `uid`, who may not be able
            to read Python's own files: import what it needs before.
        listener_to: whoever counts this process's threads, where it has no `uid` of its own; closed.

    Raises:
        LockdownFailed: a step failed, or the self-test could do something forbidden.
    """
    parent = os.getppid()
    machine = _machine()
    with _step("descriptors"):
        _close_all_but(keep_fds if listener_to is None else {*keep_fds, listener_to.fileno()})
        os.chdir("/")
    with _step("limits"):
        _set_limits(limits, own_uid=uid is not None)
    with _step("landlock"):
        abi = landlock.abi_version(machine)
        readable = landlock.open_paths(INTERPRETER_PATHS) if abi else []
    with _step("identity"):
        _drop_identity(machine, uid)
    with _step("parent"):
        _die_with(machine, parent)
    server = build()
    with _step("threads"):
        _require_one_thread()
    with _step("privileges"):
        seccomp.call(machine, "prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if abi:
        with _step("landlock"):
            landlock.lock(machine, abi, readable)
    for descriptor in readable:
        os.close(descriptor)
    if listener_to is not None:
        thread_listener.hand_over(machine, listener_to)
    with _step("seccomp"):
        seccomp.install(seccomp.put(learner_filter(machine), os.getpid(), instead_of=NOBODY), machine)
    _try_forbidden_acts(machine)
    return server


class _step(contextlib.AbstractContextManager[None]):
    """Turns a system error into the failure of a named layer."""

    def __init__(self, layer: str) -> None:
        self._layer = layer

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (OSError, ValueError)):
            raise LockdownFailed(self._layer, str(error)) from error


def _machine() -> Machine:
    try:
        return this_machine()
    except UnknownMachine as error:
        raise LockdownFailed("machine", str(error)) from error


def _close_all_but(keep: Collection[int]) -> None:
    try:
        for name in os.listdir("/proc/self/fd"):
            if int(name) not in keep:
                with contextlib.suppress(OSError):  # the listing's own descriptor is closed already
                    os.close(int(name))
    except FileNotFoundError:
        edges = [-1, *sorted(keep), resource.getrlimit(resource.RLIMIT_NOFILE)[1]]
        for before, after in itertools.pairwise(edges):
            os.closerange(before + 1, after)


def _set_limits(limits: Limits, *, own_uid: bool) -> None:
    processes = limits.threads if own_uid else limits.processes_of_all
    ceilings = {
        resource.RLIMIT_AS: (limits.address_space_bytes,) * 2,
        resource.RLIMIT_NPROC: (processes,) * 2,
        resource.RLIMIT_NOFILE: (limits.open_files,) * 2,
        resource.RLIMIT_FSIZE: (limits.file_bytes,) * 2,
        resource.RLIMIT_CPU: (limits.cpu_soft_seconds, limits.cpu_hard_seconds),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_MEMLOCK: (0, 0),
        resource.RLIMIT_MSGQUEUE: (0, 0),
        resource.RLIMIT_SIGPENDING: (limits.pending_signals,) * 2,
    }
    for kind, (soft, hard) in ceilings.items():
        # A host may hold us lower than we ask: its ceiling stays.
        ceiling = resource.getrlimit(kind)[1]
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(kind, (soft, hard))
    native.stack_size(limits.thread_stack_bytes)


def _drop_identity(machine: Machine, uid: int | None) -> None:
    root = os.geteuid() == 0
    if root and not uid:
        raise LockdownFailed("identity", "running as root, and no user id was given to become.")
    if uid and not root:
        raise LockdownFailed("identity", "only root can become another user.")
    if uid:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    # Leaving root clears the capabilities, but an ordinary user may have been given some as well.
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    seccomp.call(machine, "capset", ctypes.byref(header), ctypes.byref(none))
    if 0 in (*os.getresuid(), *os.getresgid(), *os.getgroups()) and root:
        raise LockdownFailed("identity", "the process still has an id of root.")


def _die_with(machine: Machine, parent: int) -> None:
    # A change of uid clears the death signal, so it comes after; the parent may be gone since we were started.
    seccomp.call(machine, "prctl", _PR_SET_PDEATHSIG, signal.SIGKILL.value, 0, 0, 0)
    if os.getppid() != parent:
        raise LockdownFailed("parent", "the fork server is gone.")
    seccomp.call(machine, "prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0)


def _require_one_thread() -> None:
    # Landlock (before ABI 8) and no-new-privileges hold for the calling thread only.
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise LockdownFailed("threads", f"{threads} threads run already; the lock would hold one of them.")


def _try_forbidden_acts(machine: Machine) -> None:
    for act in ACTS:
        refused, seen = act.refused(machine)
        if not refused:
            raise LockdownFailed(SELF_TEST, f"the lock does not hold: it could {act.name} ({seen}).")
