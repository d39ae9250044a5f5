"""Acts that must fail in a confined process: each process tries them on itself, and the probe shows the results.

Each act is harmless when it is refused, and as harmless as possible when it is not. Standard library only.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

from course.sandbox.confinement.seccomp import call
from course.sandbox.confinement.seccomp_numbers import Machine

_SIGCHLD = 17
_PR_SET_DUMPABLE = 4
_PROT_READ_EXEC = 5
_MAP_PRIVATE_ANONYMOUS = 0x22
_RLIMIT_NOFILE = 7


@dataclass(frozen=True)
class Act:
    """Something no learner's program may do."""

    name: str
    attempt: Callable[[Machine], object]
    errors: tuple[int, ...]
    """The refusals that count. Another error may only mean that the act failed by chance."""

    def refused(self, machine: Machine) -> tuple[bool, str]:
        """Try it; return whether it was refused as it must be, and what happened, in words."""
        try:
            self.attempt(machine)
        except OSError as error:
            name = errno.errorcode.get(error.errno or 0, str(error.errno))
            return error.errno in self.errors, name
        except NotImplementedError:
            return True, "no such call"
        return False, "it was allowed"


def _read_a_file(machine: Machine) -> None:
    os.close(os.open("/proc/self/environ", os.O_RDONLY))


def _open_a_socket(family: socket.AddressFamily) -> Callable[[Machine], None]:
    def attempt(machine: Machine) -> None:
        socket.socket(family, socket.SOCK_STREAM).close()

    return attempt


def _start_a_process(machine: Machine) -> None:
    if call(machine, "clone", _SIGCHLD, 0, 0, 0, 0) == 0:
        os._exit(1)


_PERMISSION = (errno.EPERM, errno.EACCES)

ACTS: tuple[Act, ...] = (
    Act("read a file", _read_a_file, (errno.EACCES,)),
    Act("list a folder", lambda machine: os.listdir("/"), (errno.EACCES,)),
    Act("write a file", lambda machine: os.open("/tmp/duplex-probe", os.O_WRONLY | os.O_CREAT), (errno.EACCES,)),  # noqa: S108
    Act("open an internet socket", _open_a_socket(socket.AF_INET), _PERMISSION),
    Act("open a local socket", _open_a_socket(socket.AF_UNIX), _PERMISSION),
    Act("bind a socket", lambda machine: call(machine, "bind", -1, 0, 0), _PERMISSION),
    Act("connect a socket", lambda machine: call(machine, "connect", -1, 0, 0), _PERMISSION),
    Act("start a process", _start_a_process, _PERMISSION),
    Act("start a process by clone3", lambda machine: call(machine, "clone3", 0, 0), (errno.ENOSYS,)),
    # Without the filter the kernel would say EFAULT: nothing is started either way.
    Act("run another program", lambda machine: call(machine, "execve", 0, 0, 0), _PERMISSION),
    Act("signal the parent", lambda machine: os.kill(os.getppid(), 0), _PERMISSION),
    Act("signal everybody", lambda machine: os.kill(-1, 0), _PERMISSION),
    Act("trace a process", lambda machine: call(machine, "ptrace", 16, -1, 0, 0), _PERMISSION),
    Act("read another's memory", lambda machine: call(machine, "process_vm_readv", 1, 0, 0, 0, 0, 0), _PERMISSION),
    Act("become dumpable", lambda machine: call(machine, "prctl", _PR_SET_DUMPABLE, 0), _PERMISSION),
    Act("raise a limit", lambda machine: call(machine, "prlimit64", 0, _RLIMIT_NOFILE, 1, 0), _PERMISSION),
    Act(
        "make executable memory",
        lambda machine: call(machine, "mmap", 0, 4096, _PROT_READ_EXEC, _MAP_PRIVATE_ANONYMOUS, -1, 0),
        _PERMISSION,
    ),
    Act("make a new namespace", lambda machine: call(machine, "unshare", 0), _PERMISSION),
    Act("change the filter", lambda machine: call(machine, "seccomp", 99, 0, 0), _PERMISSION),
    Act("use io_uring", lambda machine: call(machine, "io_uring_setup", 0, 0), _PERMISSION),
)
