"""Arguments of allowed calls that are refused: what one could reach with them, and no lesson needs.

The kernel reads an int or a word of flags from the low half of an argument: those are compared there. A pointer or a
length has two halves, and both are compared. Standard library only: the fork server imports it.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping

from course.sandbox.confinement.seccomp import Among, Rule, high, low, refuse


def _one_of(argument: int, **named: int) -> Among:
    """Hold where an argument is one of these values."""
    return Among(low(argument), tuple(named.values()), words=", ".join(named))


def _at_most(argument: int, **flags: int) -> Among:
    """Hold where an argument has no other flags than these."""
    words = f"no flags but {', '.join(flags)}" if flags else "no flags"
    return Among(low(argument), (0,), 0xFFFFFFFF & ~sum(flags.values()), words)


def _exactly(argument: int, must: Mapping[str, int], may: Mapping[str, int]) -> Among:
    """Hold where an argument has all of the first flags, and no others than the second ones besides."""
    words = f"{' and '.join(must)}, and no other flags but {', '.join(may)}"
    return Among(low(argument), (sum(must.values()),), 0xFFFFFFFF & ~sum(may.values()), words)


def _no_pointer(argument: int) -> tuple[Among, Among]:
    """Hold where an argument is a null pointer."""
    return Among(low(argument), (0,), words="no pointer"), Among(high(argument), (0,), words="")


# CLONE_VM|FS|FILES|SIGHAND|THREAD|SYSVSEM|SETTLS|PARENT_SETTID|CHILD_CLEARTID: what pthread_create asks for, in glibc
# and (with the ignored CLONE_DETACHED) in musl. Anything else would be a process or a namespace.
_THREAD_FLAGS = {"the flags of pthread_create in glibc": 0x003D0F00, "those in musl": 0x007D0F00}

TOMORROW = "what a later kernel may add"

_CLOEXEC, _NONBLOCK = 0o2000000, 0o4000
_DESCRIPTOR_FLAGS = {"CLOEXEC": _CLOEXEC, "NONBLOCK": _NONBLOCK}
_SOCK_TYPE_MASK = 0xFFFFFFFF & ~(_CLOEXEC | _NONBLOCK)

# Negative ids name the clocks of other processes and of devices, and ids from 8 on set timers that wake a machine.
_CLOCKS = {
    **{"REALTIME": 0, "MONOTONIC": 1, "PROCESS_CPUTIME_ID": 2, "THREAD_CPUTIME_ID": 3},
    **{"MONOTONIC_RAW": 4, "REALTIME_COARSE": 5, "MONOTONIC_COARSE": 6, "BOOTTIME": 7},
}
_FCNTL = {"F_DUPFD": 0, "F_GETFD": 1, "F_SETFD": 2, "F_GETFL": 3, "F_SETFL": 4, "F_DUPFD_CLOEXEC": 1030}
# How a descriptor was opened (O_LARGEFILE has another number on each machine) may be handed back as it was read.
_FILE_FLAGS = {"the way it was opened": 3 | 0o100000 | 0o400000, "O_APPEND": 0o2000, "O_NONBLOCK": _NONBLOCK}
_IOCTL = {
    **{"TCGETS": 0x5401, "TIOCGWINSZ": 0x5413, "FIONREAD": 0x541B, "FIONBIO": 0x5421},
    **{"FIONCLEX": 0x5450, "FIOCLEX": 0x5451},
}
_SOCKET_OPTIONS = {
    **{"SO_REUSEADDR": 2, "SO_TYPE": 3, "SO_ERROR": 4, "SO_SNDBUF": 7, "SO_RCVBUF": 8, "SO_KEEPALIVE": 9},
    **{"SO_LINGER": 13, "SO_RCVTIMEO": 20, "SO_SNDTIMEO": 21, "SO_ACCEPTCONN": 30, "SO_PROTOCOL": 38, "SO_DOMAIN": 39},
}
_RECEIVE = {"MSG_PEEK": 2, "MSG_TRUNC": 0x20, "MSG_DONTWAIT": 0x40, "MSG_WAITALL": 0x100}
_SEND = {"MSG_DONTWAIT": 0x40, "MSG_NOSIGNAL": 0x4000}
_PRIVATE = {"MAP_PRIVATE": 2, "MAP_ANONYMOUS": 0x20}
_PLACED = {"MAP_FIXED": 0x10, "MAP_NORESERVE": 0x4000, "MAP_STACK": 0x20000, "MAP_FIXED_NOREPLACE": 0x100000}
_ADVICE = {
    **{"MADV_DONTNEED": 4, "MADV_FREE": 8, "MADV_NOHUGEPAGE": 15},
    **{"MADV_GUARD_INSTALL": 102, "MADV_GUARD_REMOVE": 103},
}
_FUTEX = {
    **{"FUTEX_WAIT": 0, "FUTEX_WAKE": 1, "FUTEX_REQUEUE": 3, "FUTEX_CMP_REQUEUE": 4, "FUTEX_WAKE_OP": 5},
    **{"FUTEX_WAIT_BITSET": 9, "FUTEX_WAKE_BITSET": 10},
}
_FUTEX_PRIVATE_AND_CLOCK = 128 | 256


def guards(own_pid: int) -> tuple[Rule, ...]:
    """Return the rules for a process of this id; they stand before those that allow the calls.

    What is called most stands first: see `compile_filter`.
    """
    return (*_on_sockets(), *_on_locks(), *_on_memory(), *_on_descriptors(), *_on_processes(own_pid), *_on_the_rest())


def _guard(
    name: str, calls: str, *unless: Among, why: str, when: tuple[Among, ...] = (), error: int = errno.EPERM
) -> Rule:
    return Rule(name, tuple(calls.split()), refuse(error), unless, when, why)


def _on_processes(own_pid: int) -> tuple[Rule, ...]:
    itself = _one_of(0, **{"its own process": own_pid})
    or_zero = _one_of(0, **{"0": 0, "its own process": own_pid})
    return (
        _guard("clone makes threads only", "clone", _one_of(0, **_THREAD_FLAGS), why="processes, namespaces"),
        _guard("signals go to itself only", "kill tgkill", itself, why="other processes, the fork server"),
        _guard("prctl sets names only", "prctl", _one_of(0, PR_SET_NAME=15, PR_GET_NAME=16), why="its own locks"),
        _guard("limits are read, not set", "prlimit64", *_no_pointer(2), why="its own limits"),
        _guard("looks at itself only", "prlimit64 sched_getaffinity", or_zero, why="what others may use"),
        _guard(
            *("clocks are the machine's or its own", "clock_gettime clock_getres"),
            _one_of(0, **_CLOCKS),
            why="other processes' processor time, one process id after the other",
        ),
        _guard(
            *("sleeps by two clocks", "clock_nanosleep"),
            _one_of(0, REALTIME=0, MONOTONIC=1),
            why="timers that wake a machine; other processes' clocks",
        ),
    )


def _on_descriptors() -> tuple[Rule, ...]:
    return (
        _guard(
            "fcntl is harmless", "fcntl", _one_of(1, **_FCNTL), why="who gets a signal, locks, leases, sizes of pipes"
        ),
        _guard(
            *("descriptors send no signals", "fcntl"),
            _at_most(2, **_FILE_FLAGS),
            when=(_one_of(1, F_SETFL=4),),
            why="O_ASYNC has the kernel send signals; O_DIRECT makes a pipe keep every packet in a page of its own",
        ),
        _guard("ioctl is harmless", "ioctl", _one_of(1, **_IOCTL), why="typing into a terminal (TIOCSTI)"),
        _guard(
            *("pipes are plain", "pipe2"),
            _at_most(1, **_DESCRIPTOR_FLAGS),
            why="O_NOTIFICATION_PIPE, a queue of kernel messages; O_DIRECT",
        ),
        _guard(
            *("one table of descriptors", "close_range"),
            _at_most(2, CLOSE_RANGE_CLOEXEC=4),
            why="CLOSE_RANGE_UNSHARE gives each thread a table, and so a limit of open files, of its own",
        ),
        _guard("copies are plain", "dup3", _at_most(2, CLOEXEC=_CLOEXEC), why=TOMORROW),
        _guard("epoll is plain", "epoll_create1", _at_most(0, CLOEXEC=_CLOEXEC), why=TOMORROW),
        _guard(
            *("epoll adds, changes and removes", "epoll_ctl"),
            _one_of(1, EPOLL_CTL_ADD=1, EPOLL_CTL_DEL=2, EPOLL_CTL_MOD=3),
            why=TOMORROW,
        ),
        _guard(*("counters are plain", "eventfd2"), _at_most(1, EFD_SEMAPHORE=1, **_DESCRIPTOR_FLAGS), why=TOMORROW),
    )


def _on_sockets() -> tuple[Rule, ...]:
    return (
        _guard(
            *("receives plainly", "recvfrom"),
            _at_most(3, **_RECEIVE),
            why="MSG_OOB (CVE-2025-38236 is reached by it), MSG_ERRQUEUE",
        ),
        _guard(
            *("sends plainly", "sendto"),
            _at_most(3, **_SEND),
            why="MSG_OOB (CVE-2025-38236), MSG_ZEROCOPY, MSG_FASTOPEN (which connects)",
        ),
        _guard("sends to its peer only", "sendto", *_no_pointer(4), why="an address that no filter sees"),
        _guard("asks about sockets only", "getsockopt", _one_of(1, SOL_SOCKET=1), why="other protocols' code"),
        _guard(
            *("does not ask who the peer is", "getsockopt"),
            _one_of(2, **_SOCKET_OPTIONS),
            why="SO_PEERCRED, SO_PEERSEC, SO_PEERGROUPS and SO_PEERPIDFD tell of the site's process",
        ),
        _guard("ends one or both ways", "shutdown", _one_of(1, SHUT_RD=0, SHUT_WR=1, SHUT_RDWR=2), why=TOMORROW),
        _guard("socket pairs stay inside", "socketpair", _one_of(0, AF_UNIX=1), why="other families' code"),
        _guard(
            *("socket pairs are streams", "socketpair"),
            Among(low(1), (1,), _SOCK_TYPE_MASK, "SOCK_STREAM, with CLOEXEC or NONBLOCK"),
            why="a datagram socket can be turned to any address",
        ),
        _guard("accepts plainly", "accept4", _at_most(3, **_DESCRIPTOR_FLAGS), why=TOMORROW),
    )


def _on_memory() -> tuple[Rule, ...]:
    readable = Among(low(2), (0,), 0xFFFFFFFF & ~3, "PROT_READ and PROT_WRITE at most")
    return (
        _guard("new memory is not executable", "mmap", readable, error=errno.EACCES, why="code of its own"),
        _guard("memory never becomes executable", "mprotect", readable, error=errno.EACCES, why="code of its own"),
        _guard(
            *("memory is private", "mmap"),
            _exactly(3, _PRIVATE, _PLACED),
            why="shared memory is not counted when it is not mapped; MAP_HUGETLB, MAP_GROWSDOWN, MAP_LOCKED, "
            "MAP_POPULATE",
        ),
        _guard("memory moves plainly", "mremap", _at_most(3, MREMAP_MAYMOVE=1), why="MREMAP_DONTUNMAP, MREMAP_FIXED"),
        _guard(
            *("advice is harmless", "madvise"),
            _one_of(2, **_ADVICE),
            why="MADV_MERGEABLE (pages shared with others tell what they hold), MADV_HUGEPAGE, MADV_COLLAPSE, "
            "MADV_PAGEOUT, MADV_HWPOISON",
        ),
    )


def _on_locks() -> tuple[Rule, ...]:
    return (
        _guard(
            *("locks are plain", "futex"),
            Among(
                low(1),
                tuple(_FUTEX.values()),
                0xFFFFFFFF & ~_FUTEX_PRIVATE_AND_CLOCK,
                f"{', '.join(_FUTEX)}, with PRIVATE or CLOCK_REALTIME",
            ),
            why="locks that lend priority: much code in the kernel, many of its mistakes",
        ),
    )


def _on_the_rest() -> tuple[Rule, ...]:
    return (
        _guard(
            *("barriers stay inside", "membarrier"),
            _one_of(0, QUERY=0, PRIVATE_EXPEDITED=8, REGISTER_PRIVATE_EXPEDITED=16),
            why="interrupts on every processor of the machine",
        ),
        _guard(
            "random numbers do not wait", "getrandom", _at_most(2, GRND_NONBLOCK=1), why="GRND_RANDOM, where it blocks"
        ),
        _guard("threads are known plainly", "rseq", _at_most(2, RSEQ_FLAG_UNREGISTER=1), why=TOMORROW),
    )
