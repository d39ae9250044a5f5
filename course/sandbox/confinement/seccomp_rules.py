"""What a learner's program may ask of the kernel: an allowlist, with guards before the calls that could do more.

By the time this is locked everything is imported and the listening socket is open, so the program needs no file, no new
socket and no other process ever again. What no rule names is answered with EPERM. Of every call that is allowed, the
arguments are held too, wherever one of them could reach further than a lesson needs (`seccomp_arguments`);
docs/system-calls.md is written from both modules.
"""

from __future__ import annotations

import errno

from course.sandbox.confinement.seccomp import ALLOW, ANY_CALL, ARCHITECTURE, KILL, NUMBER, Among, Rule, refuse
from course.sandbox.confinement.seccomp_arguments import guards
from course.sandbox.confinement.seccomp_numbers import Machine

DEFAULT = refuse(errno.EPERM)

_X32_BIT = 0x40000000

# EACCES, so that Python says PermissionError and the import system takes the folder for unreadable and moves on.
_PATHS = (
    "open openat openat2 creat stat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat unlink "
    "unlinkat rename renameat renameat2 mkdir mkdirat rmdir link linkat symlink symlinkat chmod fchmodat fchmodat2 "
    "chown lchown fchownat truncate utime utimes futimesat utimensat chdir chroot mknod mknodat statfs setxattr "
    "lsetxattr getxattr lgetxattr listxattr llistxattr removexattr lremovexattr name_to_handle_at open_by_handle_at "
    "inotify_add_watch fanotify_mark"
)


def learner_rules(machine: Machine, own_pid: int) -> tuple[Rule, ...]:
    """Return the rules for one process. Order matters: guards stand before the rule that allows their calls."""
    return (*_other_tables(machine), *guards(own_pid), *_REFUSED, *ALLOWED)


def _other_tables(machine: Machine) -> tuple[Rule, ...]:
    foreign = "A foreign table (int 0x80 on x86_64) gives every number another meaning: nothing below would hold."
    return (
        Rule("architecture", ANY_CALL, KILL, (Among(ARCHITECTURE, (machine.audit,)),), why=foreign),
        Rule("x32", ANY_CALL, refuse(errno.ENOSYS), (Among(NUMBER, (0,), _X32_BIT),), why=foreign),
    )


_REFUSED = (
    Rule("paths", tuple(_PATHS.split()), refuse(errno.EACCES), why="All that is needed was read before."),
    # ENOSYS makes the C library fall back to clone.
    Rule("clone3", ("clone3",), refuse(errno.ENOSYS), why="Its flags lie behind a pointer, where no filter looks."),
)


def _allow(name: str, calls: str, why: str) -> Rule:
    return Rule(name, tuple(calls.split()), ALLOW, why=why)


ALLOWED: tuple[Rule, ...] = (
    _allow("reading and writing", "read write readv writev", "print and logging; gevent's loop wakes itself so"),
    _allow("closing", "close close_range", "the end of every connection; `os.closerange`"),
    _allow("looking at a descriptor", "lseek fstat", "Python's file objects, when one is made for a descriptor"),
    _allow("copying a descriptor", "dup dup2 dup3", "`socket.dup`, `os.dup`; none of them reaches another process"),
    _allow("pipes", "pipe pipe2", "a program that wakes its own loop: asyncio, selectors"),
    _allow("descriptor flags", "fcntl ioctl", "`setblocking`, timeouts; gevent makes every descriptor non-blocking"),
    _allow("accepting", "accept accept4", "a client connects (lesson 1)"),
    # No sendmsg and recvmsg: they carry descriptors and, on a datagram socket, an address that no filter can see.
    _allow("receiving and sending", "recvfrom sendto", "each request, frame and answer (lesson 1)"),
    _allow("ending a connection", "shutdown", "Werkzeug ends each connection so (lesson 5)"),
    _allow("names of sockets", "getsockname getpeername", "Python, when it makes a socket of a descriptor"),
    _allow("options of sockets", "getsockopt", "Python, gevent: what kind of socket, was there an error"),
    _allow("socket pairs", "socketpair", "asyncio's loop, which a program may run beside its server"),
    _allow("select and poll", "select pselect6 poll ppoll", "Werkzeug's server, simple-websocket, timeouts of sockets"),
    _allow("epoll", "epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait", "gevent's loop (lesson 7), asyncio"),
    _allow("event counters", "eventfd2", "gevent's loop is woken by one from its pool of threads"),
    _allow("memory", "mmap munmap mprotect mremap brk", "every object; a stack for each thread"),
    _allow("advice on memory", "madvise", "the C library gives back what an ended thread used, and guards new stacks"),
    _allow("starting a thread", "clone", "one for each connection; background tasks (lesson 4)"),
    _allow("ending a thread", "exit", "every thread but the main one"),
    _allow("locks", "futex set_robust_list", "every lock, event, queue and join"),
    _allow("life of a thread", "rseq", "the C library, in each new thread"),
    _allow("turns of threads", "sched_yield", "gevent's loop; `time.sleep(0)` of other C libraries"),
    _allow("number of processors", "sched_getaffinity", "`os.cpu_count` and the size of a thread pool (lesson 7)"),
    _allow("barriers of memory", "membarrier", "musl, when a second thread starts"),
    _allow(
        "own signals",
        "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigtimedwait rt_sigpending rt_sigsuspend sigaltstack pause",
        "`signal.signal` of a program; the C library blocks signals while a thread starts",
    ),
    _allow("going on after a signal", "restart_syscall", "the kernel itself, when a sleep is interrupted"),
    _allow("signalling itself", "kill tgkill", "`abort()`, `signal.raise_signal`; a lesson's server that ends itself"),
    _allow("clocks", "clock_gettime clock_getres gettimeofday time", "`time`, where the kernel's fast way is missing"),
    _allow("sleeping", "clock_nanosleep nanosleep", "`time.sleep`, `socketio.sleep` (lesson 4)"),
    _allow("own processor time", "times getrusage", "`os.times`, `time.process_time` (lesson 7)"),
    _allow("who it is", "getpid gettid getppid getuid geteuid getgid getegid getresuid getresgid", "logging, gevent"),
    _allow("where it is", "getcwd", "Flask looks for its folder: the answer is always `/`"),
    _allow("random numbers", "getrandom", "session ids of Engine.IO, `secrets`, `uuid`"),
    _allow("the end", "exit_group", "the end of the program"),
    _allow("names of threads", "prctl", "Python 3.14 names its threads"),
    _allow("own limits", "prlimit64", "the C library, for the size of a stack"),
)
