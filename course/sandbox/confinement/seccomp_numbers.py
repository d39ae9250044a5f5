"""System call numbers of the two machines that can run learners' code. Standard library only.

Source: Linux 6.x, `arch/x86/entry/syscalls/syscall_64.tbl` and `include/uapi/asm-generic/unistd.h` (aarch64 uses the
generic table). Numbers are kernel ABI: they never change once given out.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

_X86_64 = 0
_AARCH64 = 1


class UnknownMachine(LookupError):
    """No table of system calls fits this machine, so nothing may run on it."""


@dataclass(frozen=True)
class Machine:
    """One processor architecture as seccomp sees it."""

    name: str
    """What `uname -m` says."""
    audit: int
    """AUDIT_ARCH_* of linux/audit.h, found in every filtered call."""
    column: int

    def number(self, call: str) -> int | None:
        """Return the number of a system call, None where this machine has no such call.

        Raises:
            KeyError: the name is in no table.
        """
        return NUMBERS[call][self.column]


NUMBERS: dict[str, tuple[int | None, int | None]] = {
    # name: (x86_64, aarch64)
    # Whatever takes a path.
    "open": (2, None),
    "openat": (257, 56),
    "openat2": (437, 437),
    "creat": (85, None),
    "stat": (4, None),
    "lstat": (6, None),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "link": (86, None),
    "linkat": (265, 37),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "chmod": (90, None),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "truncate": (76, 45),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "chdir": (80, 49),
    "chroot": (161, 51),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "statfs": (137, 43),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "getxattr": (191, 8),
    "lgetxattr": (192, 9),
    "listxattr": (194, 11),
    "llistxattr": (195, 12),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "inotify_add_watch": (254, 27),
    "fanotify_mark": (301, 263),
    # Descriptors that are open already.
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "close": (3, 57),
    "close_range": (436, 436),
    "lseek": (8, 62),
    "fstat": (5, 80),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "pipe": (22, None),
    "pipe2": (293, 59),
    "fcntl": (72, 25),
    "ioctl": (16, 29),
    # Connections that were accepted.
    "accept": (43, 202),
    "accept4": (288, 242),
    "recvfrom": (45, 207),
    "sendto": (44, 206),
    "shutdown": (48, 210),
    "getsockname": (51, 204),
    "getpeername": (52, 205),
    "getsockopt": (55, 209),
    "socketpair": (53, 199),
    # Waiting.
    "select": (23, None),
    "pselect6": (270, 72),
    "poll": (7, None),
    "ppoll": (271, 73),
    "epoll_create": (213, None),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "epoll_wait": (232, None),
    "epoll_pwait": (281, 22),
    "eventfd2": (290, 19),
    # Memory.
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "brk": (12, 214),
    # Threads.
    "clone": (56, 220),
    "clone3": (435, 435),
    "exit": (60, 93),
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "membarrier": (324, 283),
    # Signals.
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "rt_sigtimedwait": (128, 137),
    "rt_sigpending": (127, 136),
    "rt_sigsuspend": (130, 133),
    "sigaltstack": (131, 132),
    "pause": (34, None),
    "restart_syscall": (219, 128),
    "kill": (62, 129),
    "tgkill": (234, 131),
    # Time.
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    "getrusage": (98, 165),
    # About the process itself.
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getresuid": (118, 148),
    "getresgid": (120, 150),
    "getcwd": (79, 17),
    "getrandom": (318, 278),
    "exit_group": (231, 94),
    "prctl": (157, 167),
    "prlimit64": (302, 261),
    # In no rule: these get the filter's default answer. Named here for the self-test, the installers and the tests.
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "sendmsg": (46, 211),
    "recvmsg": (47, 212),
    "setsockopt": (54, 208),
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "rt_sigqueueinfo": (129, 138),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "process_vm_readv": (310, 270),
    "memfd_create": (319, 279),
    "io_uring_setup": (425, 425),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "seccomp": (317, 277),
    "personality": (135, 92),
    "setresuid": (117, 147),
    "fchdir": (81, 50),
    "tkill": (200, 130),
    "uname": (63, 160),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
    "capset": (126, 91),
}

X86_64 = Machine("x86_64", 0xC000003E, _X86_64)
AARCH64 = Machine("aarch64", 0xC00000B7, _AARCH64)
MACHINES = {machine.name: machine for machine in (X86_64, AARCH64)}


def this_machine() -> Machine:
    """Return the machine this process runs on.

    Raises:
        UnknownMachine: not Linux, not 64-bit little-endian x86_64 or aarch64.
    """
    name = os.uname().machine if hasattr(os, "uname") else sys.platform
    # A 32-bit interpreter on a 64-bit kernel calls through another table than its uname suggests.
    if sys.platform != "linux" or name not in MACHINES or sys.maxsize < 2**32 or sys.byteorder != "little":
        raise UnknownMachine(f"Code runs on 64-bit Linux (x86_64, aarch64) only; this is {sys.platform} {name}.")
    return MACHINES[name]
