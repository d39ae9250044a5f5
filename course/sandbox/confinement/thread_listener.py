"""The child's half of counting threads: each start of a thread asks the fork server first.

The kernel counts the threads of a user (RLIMIT_NPROC), and not those of a process that has no user of its own. For such
a one a filter hands every clone(2) to a listener, which the fork server keeps (`forkserver.thread_gate`). Standard
library only. Kernel side: Documentation/userspace-api/seccomp_filter.rst, "Userspace Notification".
"""

from __future__ import annotations

import contextlib
import os
import re
import socket

from course.sandbox.confinement import seccomp
from course.sandbox.confinement.seccomp_numbers import Machine

_GOES_ON_SINCE = (5, 5)
"""The kernel that lets a listener say "go on with the call": SECCOMP_USER_NOTIF_FLAG_CONTINUE."""

RULES = (seccomp.Rule("threads are counted", ("clone",), seccomp.ASK),)


def kernel_can_ask() -> bool:
    """Return whether this kernel can have starts of threads answered from outside."""
    version = re.match(r"(\d+)\.(\d+)", os.uname().release)
    return version is not None and (int(version[1]), int(version[2])) >= _GOES_ON_SINCE


def listen(machine: Machine) -> int:
    """Have the starts of threads of this process answered on the descriptor that is returned.

    No-new-privileges must be set already.

    Raises:
        OSError: the kernel refused it; a container's filter may have the only listener that is allowed.
    """
    program = seccomp.assemble(seccomp.compile_filter(RULES, machine, default=seccomp.ALLOW))
    return seccomp.install_with_listener(program, machine)


def hand_over(machine: Machine, to: socket.socket) -> None:
    """Have the starts of threads answered by whoever has the other end of this socket, from now on.

    Before the strict filter (which refuses to send a descriptor) and after no-new-privileges. Where there can be no
    listener the watchdog counts alone.
    """
    with contextlib.suppress(OSError):
        listener = listen(machine)
        socket.send_fds(to, [b"listener"], [listener])
        os.close(listener)
    to.close()
