"""What a learner's program may ask of the kernel: an allowlist, with guards before the calls that could do more.

By the time this is locked everything is imported and the listening socket is open, so the program needs no file, no new
socket and no other process ever again. What no rule names is answered with EPERM.
"""

from __future__ import annotations

import errno

from course.sandbox.confinement.seccomp import (
    ALLOW,
    ANY_CALL,
    ARCHITECTURE,
    KILL,
    NUMBER,
    Among,
    Rule,
    high,
    low,
    refuse,
)
from course.sandbox.confinement.seccomp_numbers import Machine

DEFAULT = refuse(errno.EPERM)

_X32_BIT = 0x40000000

# CLONE_VM|FS|FILES|SIGHAND|THREAD|SYSVSEM|SETTLS|PARENT_SETTID|CHILD_CLEARTID: what pthread_create asks for, in glibc
# and (with the ignored CLONE_DETACHED) in musl. Anything else would be a process or a namespace.
_THREAD_FLAGS = (0x003D0F00, 0x007D0F00)

_AF_UNIX = 1
_SOCK_STREAM = 1
_SOCK_TYPE_MASK = 0xFFFFFFFF & ~(0o2000000 | 0o4000)  # all but SOCK_CLOEXEC and SOCK_NONBLOCK

_PR_SET_NAME, _PR_GET_NAME = 15, 16
_F_DUPFD, _F_GETFD, _F_SETFD, _F_GETFL, _F_SETFL, _F_DUPFD_CLOEXEC = 0, 1, 2, 3, 4, 1030
_TCGETS, _TIOCGWINSZ, _FIONREAD, _FIONBIO, _FIONCLEX, _FIOCLEX = 0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451
_PROT_EXEC = 4

# EACCES, so that Python says PermissionError and the import system takes the folder for unreadable and moves on.
_PATHS = (
    "open openat openat2 creat stat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat unlink "
    "unlinkat rename renameat renameat2 mkdir mkdirat rmdir link linkat symlink symlinkat chmod fchmodat fchmodat2 "
    "chown lchown fchownat truncate utime utimes futimesat utimensat chdir chroot mknod mknodat statfs setxattr "
    "lsetxattr getxattr lgetxattr listxattr llistxattr removexattr lremovexattr name_to_handle_at open_by_handle_at "
    "inotify_add_watch fanotify_mark"
)
_DESCRIPTORS = "read write readv writev close close_range lseek fstat dup dup2 dup3 pipe pipe2 fcntl ioctl"
# No sendmsg and recvmsg: they carry descriptors and, on a datagram socket, an address that no filter can see.
_CONNECTIONS = "accept accept4 recvfrom sendto shutdown getsockname getpeername getsockopt socketpair"
_WAITING = "select pselect6 poll ppoll epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2"
_MEMORY = "mmap munmap mprotect mremap madvise brk"
_THREADS = "clone exit futex set_robust_list rseq sched_yield sched_getaffinity membarrier"
_SIGNALS = (
    "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigtimedwait rt_sigpending rt_sigsuspend sigaltstack pause "
    "restart_syscall kill tgkill"
)
_TIME = "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getrusage"
_ITSELF = (
    "getpid gettid getppid getuid geteuid getgid getegid getresuid getresgid getcwd getrandom exit_group prctl "
    "prlimit64"
)


def learner_rules(machine: Machine, own_pid: int) -> tuple[Rule, ...]:
    """Return the rules for one process. Order matters: guards stand before the rule that allows their calls."""
    return (*_guards(machine, own_pid), *_allowed())


def _guards(machine: Machine, own_pid: int) -> tuple[Rule, ...]:
    no, denied = refuse(errno.EPERM), refuse(errno.EACCES)
    only_self = (0, own_pid)
    return (
        # A foreign table (int 0x80 on x86_64) gives every number another meaning: nothing below would hold.
        Rule("architecture", ANY_CALL, KILL, (Among(ARCHITECTURE, (machine.audit,)),)),
        Rule("x32", ANY_CALL, refuse(errno.ENOSYS), (Among(NUMBER, (0,), _X32_BIT),)),
        Rule("paths", tuple(_PATHS.split()), denied),
        # Its flags lie behind a pointer. ENOSYS makes the C library fall back to clone.
        Rule("clone3", ("clone3",), refuse(errno.ENOSYS)),
        Rule("clone makes threads only", ("clone",), no, (Among(low(0), _THREAD_FLAGS),)),
        Rule("signals go to itself only", ("kill", "tgkill"), no, (Among(low(0), (own_pid,)),)),
        Rule("socket pairs stay inside", ("socketpair",), no, (Among(low(0), (_AF_UNIX,)),)),
        Rule("socket pairs are streams", ("socketpair",), no, (Among(low(1), (_SOCK_STREAM,), _SOCK_TYPE_MASK),)),
        Rule("prctl sets names only", ("prctl",), no, (Among(low(0), (_PR_SET_NAME, _PR_GET_NAME)),)),
        Rule("fcntl is harmless", ("fcntl",), no, (Among(low(1), _FCNTL),)),
        Rule("ioctl is harmless", ("ioctl",), no, (Among(low(1), _IOCTL),)),
        Rule("new memory is not executable", ("mmap",), denied, (Among(low(2), (0,), _PROT_EXEC),)),
        Rule("memory never becomes executable", ("mprotect",), denied, (Among(low(2), (0,), _PROT_EXEC),)),
        Rule("limits are read, not set", ("prlimit64",), no, (Among(low(2), (0,)), Among(high(2), (0,)))),
        Rule("looks at itself only", ("prlimit64", "sched_getaffinity"), no, (Among(low(0), only_self),)),
    )


_FCNTL = (_F_DUPFD, _F_GETFD, _F_SETFD, _F_GETFL, _F_SETFL, _F_DUPFD_CLOEXEC)
_IOCTL = (_TCGETS, _TIOCGWINSZ, _FIONREAD, _FIONBIO, _FIONCLEX, _FIOCLEX)


def _allowed() -> tuple[Rule, ...]:
    groups = {
        "descriptors": _DESCRIPTORS,
        "connections": _CONNECTIONS,
        "waiting": _WAITING,
        "memory": _MEMORY,
        "threads": _THREADS,
        "signals": _SIGNALS,
        "time": _TIME,
        "itself": _ITSELF,
    }
    return tuple(Rule(name, tuple(calls.split()), ALLOW) for name, calls in groups.items())
