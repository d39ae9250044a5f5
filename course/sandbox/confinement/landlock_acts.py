"""Acts that Landlock alone refuses, for the probe: behind seccomp it would not show whether Landlock works."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Iterator

from course.sandbox.confinement.forbidden import Act
from course.sandbox.confinement.seccomp_numbers import Machine


@contextlib.contextmanager
def stage() -> Iterator[tuple[Act, ...]]:
    """Yield the acts, with a listener that they try to reach. Enter before Landlock is locked."""
    with socket.socket(socket.AF_UNIX) as abstract, socket.socket() as tcp:
        abstract.bind("")  # the kernel picks an abstract name
        abstract.listen()
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        yield (
            Act("read a file", _read, (errno.EACCES,)),
            Act("write a file", _write, (errno.EACCES,)),
            Act("connect by TCP", lambda machine: _connect(socket.AF_INET, tcp.getsockname()), (errno.EACCES,)),
            Act("listen on TCP", _bind, (errno.EACCES,)),
            Act("reach an abstract socket", lambda machine: _connect(socket.AF_UNIX, abstract.getsockname()), _EPERM),
            Act("signal the parent", lambda machine: os.kill(os.getppid(), 0), _EPERM),
        )


_EPERM = (errno.EPERM,)


def _read(machine: Machine) -> None:
    os.close(os.open("/etc/passwd", os.O_RDONLY))


def _write(machine: Machine) -> None:
    os.close(os.open("/dev/null", os.O_WRONLY))


def _connect(family: socket.AddressFamily, address: object) -> None:
    with socket.socket(family) as client:
        client.connect(address)  # type: ignore[arg-type]


def _bind(machine: Machine) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
