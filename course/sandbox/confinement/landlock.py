"""Landlock: a second lock on files, TCP, signals and abstract sockets, where the kernel has one.

Defence in depth behind seccomp, never required: gVisor and kernels before 5.13 have none. Kernel side:
Documentation/userspace-api/landlock.rst, linux/landlock.h. Standard library only: the fork server imports it.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from dataclasses import dataclass

from course.sandbox.confinement.seccomp import call
from course.sandbox.confinement.seccomp_numbers import Machine

_VERSION = 1
_PATH_BENEATH = 1

_READ_FILE, _READ_DIR = 1 << 2, 1 << 3

# ABI version → file rights (bit numbers) it brought. A right that is handled and granted to no path is refused.
_FILE_RIGHTS = {1: range(13), 2: (13,), 3: (14,), 5: (15,), 9: (16,)}
_TCP_SINCE, _BIND_AND_CONNECT_TCP = 4, 0b11
_SCOPES_SINCE, _ABSTRACT_SOCKETS_AND_SIGNALS = 6, 0b11


@dataclass(frozen=True)
class Handled:
    """The rights that a ruleset handles, for one ABI version."""

    files: int
    network: int
    scoped: int


def handled_by(abi: int) -> Handled:
    """Return everything that this ABI version can refuse."""
    files = sum(1 << bit for since, bits in _FILE_RIGHTS.items() if abi >= since for bit in bits)
    return Handled(
        files=files,
        network=_BIND_AND_CONNECT_TCP if abi >= _TCP_SINCE else 0,
        scoped=_ABSTRACT_SOCKETS_AND_SIGNALS if abi >= _SCOPES_SINCE else 0,
    )


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("access", ctypes.c_uint64), ("parent", ctypes.c_int32))


def abi_version(machine: Machine) -> int:
    """Return the kernel's Landlock ABI version, 0 where there is none."""
    try:
        return call(machine, "landlock_create_ruleset", 0, 0, _VERSION)
    except OSError:
        return 0


def open_paths(paths: Iterable[str]) -> list[int]:
    """Return descriptors that name these folders and nothing else; folders that are missing are left out."""
    descriptors = []
    for path in sorted(set(paths)):
        try:
            descriptors.append(os.open(path, os.O_PATH | os.O_CLOEXEC | os.O_DIRECTORY))
        except OSError:
            continue
    return descriptors


def lock(machine: Machine, abi: int, readable: Iterable[int]) -> None:
    """Confine the calling thread and what it starts: files below `readable` may be read, the rest is refused.

    No-new-privileges must be set already. The descriptors stay open; close them.

    Raises:
        OSError: the kernel refused it.
    """
    handled = handled_by(abi)
    attributes = _Ruleset(handled.files, handled.network, handled.scoped)
    # The struct grew with the ABI: a kernel is told only of the fields that it knows.
    size = 24 if handled.scoped else 16 if handled.network else 8
    ruleset = call(machine, "landlock_create_ruleset", ctypes.byref(attributes), size, 0)
    try:
        for descriptor in readable:
            rule = _PathBeneath(_READ_FILE | _READ_DIR, descriptor)
            call(machine, "landlock_add_rule", ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
        call(machine, "landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)
