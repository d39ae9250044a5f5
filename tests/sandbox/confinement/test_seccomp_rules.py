"""Every rule of the filter is needed: with it a case ends as it must, without it the same case turns red."""

import errno
import functools
from dataclasses import dataclass

import pytest

from course.sandbox.confinement.seccomp import ALLOW, ANY_CALL, KILL, Instruction, compile_filter, refuse
from course.sandbox.confinement.seccomp_arguments import TOMORROW
from course.sandbox.confinement.seccomp_arguments import guards as guards_of
from course.sandbox.confinement.seccomp_numbers import AARCH64, MACHINES, NUMBERS, X86_64, Machine
from course.sandbox.confinement.seccomp_rules import ALLOWED, DEFAULT, learner_rules
from tests.sandbox.attacks.table import ATTACKS
from tests.sandbox.confinement.bpf import verdict
from tests.sandbox.confinement.confined import printed
from tests.sandbox.confinement.system_calls import PAGE, page

OWN_PID = 4711
EPERM, EACCES, ENOSYS = refuse(errno.EPERM), refuse(errno.EACCES), refuse(errno.ENOSYS)


@dataclass(frozen=True)
class Case:
    """A call, and what the filter answers with the rule of this name in place, and without it."""

    rule: str
    call: str
    arguments: tuple[int, ...]
    expected: int
    otherwise: int

    def __str__(self) -> str:
        return f"{self.rule}: {self.call}{self.arguments}"


GUARDED = [
    Case("paths", "openat", (0,), EACCES, EPERM),
    Case("paths", "newfstatat", (0,), EACCES, EPERM),
    Case("paths", "readlinkat", (0,), EACCES, EPERM),
    Case("paths", "unlinkat", (0,), EACCES, EPERM),
    Case("clone3", "clone3", (0,), ENOSYS, EPERM),
    Case("clone makes threads only", "clone", (17,), EPERM, ALLOW),
    Case("clone makes threads only", "clone", (0x3D0F00 | 0x10000000,), EPERM, ALLOW),
    Case("signals go to itself only", "kill", (1, 9), EPERM, ALLOW),
    Case("signals go to itself only", "kill", (0, 9), EPERM, ALLOW),
    Case("signals go to itself only", "kill", (-1, 9), EPERM, ALLOW),
    Case("signals go to itself only", "kill", (-OWN_PID, 9), EPERM, ALLOW),
    Case("signals go to itself only", "tgkill", (1, 1, 9), EPERM, ALLOW),
    Case("prctl sets names only", "prctl", (4, 1), EPERM, ALLOW),
    Case("limits are read, not set", "prlimit64", (0, 7, 0x7FFF00000000), EPERM, ALLOW),
    Case("limits are read, not set", "prlimit64", (0, 7, 0x1000), EPERM, ALLOW),
    Case("looks at itself only", "prlimit64", (1, 7, 0), EPERM, ALLOW),
    Case("looks at itself only", "sched_getaffinity", (1,), EPERM, ALLOW),
    Case("clocks are the machine's or its own", "clock_gettime", (~1 << 3 | 2,), EPERM, ALLOW),
    Case("clocks are the machine's or its own", "clock_gettime", (~1 << 3 | 6,), EPERM, ALLOW),  # of a thread
    Case("clocks are the machine's or its own", "clock_gettime", (~3 << 3 | 3,), EPERM, ALLOW),  # of a device
    Case("clocks are the machine's or its own", "clock_getres", (8,), EPERM, ALLOW),
    Case("sleeps by two clocks", "clock_nanosleep", (9,), EPERM, ALLOW),
    Case("sleeps by two clocks", "clock_nanosleep", (2,), EPERM, ALLOW),
    Case("fcntl is harmless", "fcntl", (0, 8, 1), EPERM, ALLOW),  # F_SETOWN
    Case("fcntl is harmless", "fcntl", (0, 1031, 1 << 20), EPERM, ALLOW),  # F_SETPIPE_SZ
    Case("descriptors send no signals", "fcntl", (0, 4, 0o20000), EPERM, ALLOW),
    Case("descriptors send no signals", "fcntl", (0, 4, 0o40000), EPERM, ALLOW),  # O_DIRECT on x86_64
    Case("descriptors send no signals", "fcntl", (0, 4, 0o200000), EPERM, ALLOW),  # O_DIRECT on aarch64
    Case("ioctl is harmless", "ioctl", (0, 0x5412), EPERM, ALLOW),
    Case("ioctl is harmless", "ioctl", (0, 0x5452), EPERM, ALLOW),  # FIOASYNC
    Case("pipes are plain", "pipe2", (0, 0o200), EPERM, ALLOW),
    Case("pipes are plain", "pipe2", (0, 0o40000), EPERM, ALLOW),
    Case("one table of descriptors", "close_range", (3, 9, 2), EPERM, ALLOW),
    Case("copies are plain", "dup3", (3, 4, 1), EPERM, ALLOW),
    Case("epoll is plain", "epoll_create1", (1,), EPERM, ALLOW),
    Case("epoll adds, changes and removes", "epoll_ctl", (3, 4), EPERM, ALLOW),
    Case("counters are plain", "eventfd2", (0, 2), EPERM, ALLOW),
    Case("socket pairs stay inside", "socketpair", (2, 1, 0), EPERM, ALLOW),
    Case("socket pairs are streams", "socketpair", (1, 2, 0), EPERM, ALLOW),
    Case("socket pairs are streams", "socketpair", (1, 5, 0), EPERM, ALLOW),
    Case("accepts plainly", "accept4", (3, 0, 0, 1), EPERM, ALLOW),
    Case("receives plainly", "recvfrom", (3, 0, 9, 1), EPERM, ALLOW),
    Case("receives plainly", "recvfrom", (3, 0, 9, 0x2000), EPERM, ALLOW),  # MSG_ERRQUEUE
    Case("sends plainly", "sendto", (3, 0, 9, 1), EPERM, ALLOW),
    Case("sends plainly", "sendto", (3, 0, 9, 0x4000000), EPERM, ALLOW),  # MSG_ZEROCOPY
    Case("sends to its peer only", "sendto", (3, 0, 9, 0, 0x1000), EPERM, ALLOW),
    Case("sends to its peer only", "sendto", (3, 0, 9, 0, 0x7FFF00000000), EPERM, ALLOW),
    Case("asks about sockets only", "getsockopt", (3, 6, 3), EPERM, ALLOW),
    Case("does not ask who the peer is", "getsockopt", (3, 1, 17), EPERM, ALLOW),
    Case("does not ask who the peer is", "getsockopt", (3, 1, 31), EPERM, ALLOW),
    Case("does not ask who the peer is", "getsockopt", (3, 1, 59), EPERM, ALLOW),
    Case("does not ask who the peer is", "getsockopt", (3, 1, 77), EPERM, ALLOW),
    Case("ends one or both ways", "shutdown", (3, 3), EPERM, ALLOW),
    Case("new memory is not executable", "mmap", (0, 4096, 7, 0x22), EACCES, ALLOW),
    Case("memory never becomes executable", "mprotect", (0, 4096, 5), EACCES, ALLOW),
    Case("memory never becomes executable", "mprotect", (0, 4096, 0x01000003), EACCES, ALLOW),  # PROT_GROWSDOWN
    Case("memory is private", "mmap", (0, 4096, 3, 0x21), EPERM, ALLOW),  # MAP_SHARED
    Case("memory is private", "mmap", (0, 4096, 3, 0x23), EPERM, ALLOW),  # MAP_SHARED_VALIDATE
    Case("memory is private", "mmap", (0, 4096, 3, 0x02), EPERM, ALLOW),  # of a descriptor
    Case("memory is private", "mmap", (0, 4096, 3, 0x22 | 0x100), EPERM, ALLOW),  # MAP_GROWSDOWN
    Case("memory is private", "mmap", (0, 4096, 3, 0x22 | 0x40000), EPERM, ALLOW),  # MAP_HUGETLB
    Case("memory is private", "mmap", (0, 4096, 3, 0x22 | 0x8000), EPERM, ALLOW),  # MAP_POPULATE
    Case("memory moves plainly", "mremap", (0, 4096, 8192, 5), EPERM, ALLOW),
    Case("advice is harmless", "madvise", (0, 4096, 12), EPERM, ALLOW),  # MADV_MERGEABLE
    Case("advice is harmless", "madvise", (0, 4096, 14), EPERM, ALLOW),  # MADV_HUGEPAGE
    Case("advice is harmless", "madvise", (0, 4096, 21), EPERM, ALLOW),  # MADV_PAGEOUT
    Case("locks are plain", "futex", (0, 6), EPERM, ALLOW),
    Case("locks are plain", "futex", (0, 13 | 128), EPERM, ALLOW),
    Case("locks are plain", "futex", (0, 2), EPERM, ALLOW),  # FUTEX_FD
    Case("barriers stay inside", "membarrier", (2,), EPERM, ALLOW),
    Case("random numbers do not wait", "getrandom", (0, 8, 2), EPERM, ALLOW),
    Case("threads are known plainly", "rseq", (0, 32, 2), EPERM, ALLOW),
]
"""What each guard is there for: refused by it, and by nothing else."""

USUAL: dict[str, list[tuple[int, ...]]] = {
    "clone": [(0x3D0F00,), (0x7D0F00,)],
    "kill": [(OWN_PID, 15)],
    "tgkill": [(OWN_PID, 5000, 15)],
    "prctl": [(15,), (16,)],
    "prlimit64": [(0, 7, 0, 0x1000), (OWN_PID, 3, 0, 0x1000)],
    "sched_getaffinity": [(0, 128, 0x1000), (OWN_PID, 128, 0x1000)],
    "clock_gettime": [(clock,) for clock in range(8)],
    "clock_nanosleep": [(0, 0), (1, 1)],
    "fcntl": [(0, 1), (0, 3), (0, 4, 0o4000), (0, 4, 0o104002), (0, 4, 0o404002), (0, 1030, 3), (0, 2, 0xFFFFFFFF)],
    "ioctl": [(0, 0x5421), (0, 0x5413)],
    "pipe2": [(0, 0o2000000), (0, 0o2004000)],
    "close_range": [(3, 64, 0), (3, 64, 4)],
    "dup3": [(3, 4, 0o2000000)],
    "epoll_create1": [(0o2000000,)],
    "epoll_ctl": [(3, 1), (3, 2), (3, 3)],
    "eventfd2": [(0, 0o2004000)],
    "socketpair": [(1, 1 | 0o2000000, 0)],
    "accept4": [(3, 0, 0, 0o2000000)],
    "recvfrom": [(3, 0x1000, 9, 0), (3, 0x1000, 9, 0x42, 0x1000, 0x1000)],
    "sendto": [(3, 0x1000, 9, 0), (3, 0x1000, 9, 0x4040)],
    "getsockopt": [(3, 1, 3), (3, 1, 4), (3, 1, 7), (3, 1, 30), (3, 1, 38)],
    "shutdown": [(3, 0), (3, 1), (3, 2)],
    "mmap": [(0, 4096, 3, 0x22), (0, 4096, 0, 0x4022), (0, 4096, 0, 0x20022), (0x10000, 4096, 3, 0x32)],
    "mprotect": [(0, 4096, 3), (0, 4096, 0), (0, 4096, 1)],
    "mremap": [(0, 4096, 8192, 1)],
    "madvise": [(0, 4096, 4), (0, 4096, 102), (0, 4096, 103)],
    "futex": [(0, 0x189), (0, 0x80), (0, 0x81), (0, 0x8A), (0, 4), (0, 5)],
    "membarrier": [(0,), (8,), (16,)],
    "getrandom": [(0, 8, 0), (0, 8, 1)],
    "rseq": [(0, 32, 0), (0, 32, 1)],
}
"""Calls whose arguments are held → arguments as programs and their libraries give them."""

OPEN = [
    Case(rule.name, call, arguments, ALLOW, EPERM)
    for rule in ALLOWED
    for call in rule.calls
    for arguments in USUAL.get(call, [()])
]

# What no rule names; the default must refuse it. A rule that allowed one of them would be a hole.
NEVER = [
    *("socket", "connect", "bind", "listen", "sendmsg", "recvmsg", "setsockopt", "execve", "execveat", "ptrace"),
    *("rt_sigqueueinfo", "pidfd_open", "pidfd_send_signal", "process_vm_readv", "memfd_create", "io_uring_setup"),
    *("bpf", "perf_event_open", "userfaultfd", "unshare", "setns", "mount", "seccomp", "personality", "setresuid"),
    *("fchdir", "tkill", "uname", "fork", "vfork", "capset", "landlock_restrict_self", "shmget", "msgget"),
]


@functools.cache
def filter_without(machine: Machine, omit: str) -> list[Instruction]:
    rules = [rule for rule in learner_rules(machine, OWN_PID) if rule.name != omit]
    return compile_filter(rules, machine, default=DEFAULT)


def answer(
    machine: Machine, number: int, arguments: tuple[int, ...] = (), *, omit: str = "", architecture: int | None = None
) -> int:
    seen_architecture = machine.audit if architecture is None else architecture
    return verdict(filter_without(machine, omit), number=number, architecture=seen_architecture, arguments=arguments)


def numbered(machine: Machine, call: str) -> int:
    number = machine.number(call)
    assert number is not None
    return number


EVERYWHERE = [
    (machine, case) for machine in MACHINES.values() for case in GUARDED + OPEN if machine.number(case.call) is not None
]


@pytest.mark.parametrize(
    ("machine", "case"), EVERYWHERE, ids=[f"{machine.name} {case}" for machine, case in EVERYWHERE]
)
def test_a_case_turns_red_without_its_rule(machine: Machine, case: Case) -> None:
    number = numbered(machine, case.call)
    assert answer(machine, number, case.arguments) == case.expected
    assert answer(machine, number, case.arguments, omit=case.rule) == case.otherwise


@pytest.mark.parametrize(("machine", "other"), [(X86_64, AARCH64), (AARCH64, X86_64)], ids=["x86_64", "aarch64"])
def test_a_call_by_another_table_kills(machine: Machine, other: Machine) -> None:
    read = numbered(machine, "read")
    assert answer(machine, read, architecture=other.audit) == KILL
    assert answer(machine, read, architecture=other.audit, omit="architecture") == ALLOW


def test_x32_calls_do_not_exist() -> None:
    getpid = 0x40000000 | numbered(X86_64, "getpid")
    assert answer(X86_64, getpid) == ENOSYS
    assert answer(X86_64, getpid, omit="x32") == DEFAULT


@pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))
@pytest.mark.parametrize("call", NEVER)
def test_what_no_rule_names_is_refused(machine: Machine, call: str) -> None:
    number = machine.number(call)
    assert number is None or answer(machine, number) == DEFAULT == EPERM


@pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))
def test_a_number_outside_the_table_is_refused(machine: Machine) -> None:
    named = {row[machine.column] for row in NUMBERS.values()}
    for number in set(range(600)) - named:
        assert answer(machine, number) == DEFAULT


def test_every_rule_has_a_case() -> None:
    special = {"architecture", "x32"}
    names = {rule.name for rule in learner_rules(X86_64, OWN_PID)}
    assert names == special | {case.rule for case in GUARDED + OPEN}


# The same on the kernel that runs this test: (rule, act, seen with the rule, seen without it).
ON_THIS_KERNEL = [
    ("paths", "lambda: os.listdir('/')", "EACCES", "EPERM"),
    ("x32", "lambda: seccomp._libc.syscall(0x40000027) * 0 + seccomp.ctypes.get_errno()", "38", "1"),
    ("clone3", "lambda: call('clone3', 0, 0)", "ENOSYS", "EPERM"),
    ("clone makes threads only", "lambda: os.fork() or os._exit(0)", "EPERM", "<pid>"),
    ("signals go to itself only", "lambda: os.kill(0, 0)", "EPERM", "None"),
    ("socket pairs stay inside", "lambda: socket.socketpair(socket.AF_INET)", "EPERM", "ENOTSUP"),
    ("socket pairs are streams", "lambda: socket.socketpair(type=socket.SOCK_DGRAM) and 1", "EPERM", "1"),
    ("prctl sets names only", "lambda: call('prctl', 3, 0)", "EPERM", "0"),
    ("fcntl is harmless", "lambda: fcntl.fcntl(1, 9)", "EPERM", "0"),
    ("ioctl is harmless", "lambda: call('ioctl', 0, 0x5412, 0)", "EPERM", "ENOTTY"),
    ("new memory is not executable", "lambda: call('mmap', 0, 4096, 5, 34, -1, 0) and 1", "EACCES", "1"),
    ("memory never becomes executable", "lambda: call('mprotect', page, 4096, 5)", "EACCES", "0"),
    ("limits are read, not set", "lambda: call('prlimit64', 0, 7, limit, 0)", "EPERM", "0"),
    ("looks at itself only", "lambda: os.sched_getaffinity(os.getppid()) and 1", "EPERM", "1"),
    ("clocks are the machine's or its own", "lambda: time.clock_gettime(~os.getppid() << 3 | 2) and 1", "EPERM", "1"),
    ("sleeps by two clocks", "lambda: call('clock_nanosleep', 7, 0, zero, 0)", "EPERM", "0"),
    ("descriptors send no signals", "lambda: fcntl.fcntl(pair[0], 4, 0o20000)", "EPERM", "0"),
    ("pipes are plain", "lambda: os.pipe2(0o40000) and 1", "EPERM", "1"),
    ("one table of descriptors", "lambda: call('close_range', 60, 61, 2)", "EPERM", "0"),
    ("copies are plain", "lambda: call('dup3', 0, 9, 1)", "EPERM", "EINVAL"),
    ("epoll is plain", "lambda: call('epoll_create1', 1)", "EPERM", "EINVAL"),
    (
        "epoll adds, changes and removes",
        "lambda: call('epoll_ctl', pair[0].fileno(), 4, pair[1].fileno(), zero)",
        "EPERM",
        "EINVAL",
    ),
    ("counters are plain", "lambda: call('eventfd2', 0, 2)", "EPERM", "EINVAL"),
    ("accepts plainly", "lambda: call('accept4', 0, 0, 0, 1)", "EPERM", "EINVAL"),
    ("receives plainly", "lambda: pair[0].recv(1, socket.MSG_OOB)", "EPERM", "EINVAL"),
    ("sends plainly", "lambda: pair[0].send(b'x', socket.MSG_OOB)", "EPERM", "1"),
    ("sends to its peer only", "lambda: pair[0].sendto(b'x', '/nowhere')", "EPERM", "EISCONN"),
    ("asks about sockets only", "lambda: pair[0].getsockopt(6, 3)", "EPERM", "ENOTSUP"),
    ("does not ask who the peer is", "lambda: pair[0].getsockopt(1, 17) and 1", "EPERM", "1"),
    ("ends one or both ways", "lambda: pair[0].shutdown(3)", "EPERM", "EINVAL"),
    ("memory is private", "lambda: call('mmap', 0, 4096, 3, 0x21, -1, 0) and 1", "EPERM", "1"),
    ("memory moves plainly", "lambda: call('mremap', page, 4096, 4096, 5, 0) and 1", "EPERM", "1"),
    ("advice is harmless", "lambda: call('madvise', page, 4096, 14)", "EPERM", "0"),
    ("locks are plain", "lambda: call('futex', page, 6, 0, 0)", "EPERM", "0"),
    ("barriers stay inside", "lambda: call('membarrier', 1, 0)", "EPERM", "0"),
    ("random numbers do not wait", "lambda: len(os.getrandom(4, 2))", "EPERM", "4"),
    ("threads are known plainly", "lambda: call('rseq', page, 32, 2, 0)", "EPERM", "EINVAL"),
    ("socket pairs", "lambda: socket.socketpair() and 1", "1", "EPERM"),
    ("select and poll", "lambda: select.select([], [], [], 0)", "([], [], [])", "EPERM"),
    ("starting a thread", "lambda: _thread.start_new_thread(int, ()) and 1", "1", "RuntimeError"),
    ("signalling itself", "lambda: signal.raise_signal(0)", "None", "EPERM"),
    ("sleeping", "lambda: time.sleep(0)", "None", "EPERM"),
    ("where it is", "os.getcwd", "'/'", "EPERM"),
]

# A filtered process that may not set a limit reads `limit`; a page that it owns can be given rights or not.
TRY = """
import _thread, ctypes, fcntl, select, struct
page = seccomp.call(machine, "mmap", 0, 4096, 3, 34, -1, 0)
buffer = ctypes.create_string_buffer(struct.pack("QQQQ", 16, 16, 0, 0))
limit = ctypes.addressof(buffer)
zero = limit + 16
pair = socket.socketpair()
confine(keep=[end.fileno() for end in pair])
try:
    outcome = seen({act})
except RuntimeError as error:
    outcome = "RuntimeError"
os.write(1, ("<pid>" if outcome.isdigit() and int(outcome) > 99 else outcome).encode())
os._exit(0)
"""


@pytest.mark.programs
@pytest.mark.parametrize(
    ("rule", "act", "with_it", "without_it"), ON_THIS_KERNEL, ids=[row[0] for row in ON_THIS_KERNEL]
)
def test_this_kernel_agrees(rule: str, act: str, with_it: str, without_it: str) -> None:
    assert printed(TRY.format(act=act)) == with_it
    assert printed(TRY.format(act=act), omit=[rule]) == without_it


def test_the_page_of_system_calls_says_what_the_rules_say() -> None:
    written = "`python -m tests.sandbox.confinement.system_calls` writes it anew"
    assert PAGE.read_text(encoding="utf-8") == page(), written


def test_every_rule_says_why_it_is_there_and_every_condition_what_it_allows() -> None:
    for rule in learner_rules(X86_64, OWN_PID):
        assert rule.why, rule.name
        if rule.calls != ANY_CALL:
            assert not rule.unless or any(condition.words for condition in rule.unless), rule.name


def test_every_argument_that_reaches_further_today_is_tried_by_an_attack() -> None:
    tried = {attack.layer for attack in ATTACKS}
    guards = [rule for rule in guards_of(OWN_PID) if rule.why != TOMORROW]
    assert [rule.name for rule in guards if f"seccomp: {rule.name}" not in tried] == []


@pytest.mark.parametrize("call", sorted({call for rule in ALLOWED for call in rule.calls}))
def test_a_call_is_allowed_by_one_rule_alone(call: str) -> None:
    assert sum(call in rule.calls for rule in ALLOWED) == 1
