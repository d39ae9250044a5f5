"""Every rule of the filter is needed: with it a case ends as it must, without it the same case turns red."""

import errno
from dataclasses import dataclass

import pytest

from course.sandbox.confinement.seccomp import ALLOW, KILL, compile_filter, refuse
from course.sandbox.confinement.seccomp_numbers import AARCH64, MACHINES, NUMBERS, X86_64, Machine
from course.sandbox.confinement.seccomp_rules import DEFAULT, learner_rules
from tests.sandbox.confinement.bpf import verdict
from tests.sandbox.confinement.confined import printed

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
    Case("socket pairs stay inside", "socketpair", (2, 1, 0), EPERM, ALLOW),
    Case("socket pairs are streams", "socketpair", (1, 2, 0), EPERM, ALLOW),
    Case("prctl sets names only", "prctl", (4, 1), EPERM, ALLOW),
    Case("fcntl is harmless", "fcntl", (0, 8, 1), EPERM, ALLOW),
    Case("ioctl is harmless", "ioctl", (0, 0x5412), EPERM, ALLOW),
    Case("new memory is not executable", "mmap", (0, 4096, 7), EACCES, ALLOW),
    Case("memory never becomes executable", "mprotect", (0, 4096, 5), EACCES, ALLOW),
    Case("limits are read, not set", "prlimit64", (0, 7, 0x7FFF00000000), EPERM, ALLOW),
    Case("limits are read, not set", "prlimit64", (0, 7, 0x1000), EPERM, ALLOW),
    Case("looks at itself only", "prlimit64", (1, 7, 0), EPERM, ALLOW),
    Case("looks at itself only", "sched_getaffinity", (1,), EPERM, ALLOW),
]

OPEN = [
    Case("descriptors", "write", (1,), ALLOW, EPERM),
    Case("descriptors", "fcntl", (0, 4, 0o4000), ALLOW, EPERM),
    Case("descriptors", "ioctl", (0, 0x5421), ALLOW, EPERM),
    Case("connections", "accept4", (3,), ALLOW, EPERM),
    Case("connections", "socketpair", (1, 1 | 0o2000000, 0), ALLOW, EPERM),
    Case("waiting", "ppoll", (0,), ALLOW, EPERM),
    Case("memory", "mmap", (0, 4096, 3), ALLOW, EPERM),
    Case("threads", "clone", (0x3D0F00,), ALLOW, EPERM),
    Case("threads", "clone", (0x7D0F00,), ALLOW, EPERM),
    Case("signals", "kill", (OWN_PID, 15), ALLOW, EPERM),
    Case("signals", "tgkill", (OWN_PID, 5000, 15), ALLOW, EPERM),
    Case("time", "clock_nanosleep", (0,), ALLOW, EPERM),
    Case("itself", "prctl", (15,), ALLOW, EPERM),
    Case("itself", "prlimit64", (0, 7, 0, 0x1000), ALLOW, EPERM),
    Case("itself", "getrandom", (0,), ALLOW, EPERM),
]

# What no rule names; the default must refuse it. A rule that allowed one of them would be a hole.
NEVER = [
    *("socket", "connect", "bind", "listen", "sendmsg", "recvmsg", "setsockopt", "execve", "execveat", "ptrace"),
    *("rt_sigqueueinfo", "pidfd_open", "pidfd_send_signal", "process_vm_readv", "memfd_create", "io_uring_setup"),
    *("bpf", "perf_event_open", "userfaultfd", "unshare", "setns", "mount", "seccomp", "personality", "setresuid"),
    *("fchdir", "tkill", "uname", "fork", "vfork", "capset", "landlock_restrict_self", "shmget", "msgget"),
]


def answer(
    machine: Machine, number: int, arguments: tuple[int, ...] = (), *, omit: str = "", architecture: int | None = None
) -> int:
    rules = [rule for rule in learner_rules(machine, OWN_PID) if rule.name != omit]
    program = compile_filter(rules, machine, default=DEFAULT)
    seen_architecture = machine.audit if architecture is None else architecture
    return verdict(program, number=number, architecture=seen_architecture, arguments=arguments)


def numbered(machine: Machine, call: str) -> int:
    number = machine.number(call)
    assert number is not None
    return number


@pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))
@pytest.mark.parametrize("case", GUARDED + OPEN, ids=lambda case: f"{case.rule}: {case.call}")
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
    ("connections", "lambda: socket.socketpair() and 1", "1", "EPERM"),
    ("waiting", "lambda: select.select([], [], [], 0)", "([], [], [])", "EPERM"),
    ("threads", "lambda: _thread.start_new_thread(int, ()) and 1", "1", "RuntimeError"),
    ("signals", "lambda: signal.raise_signal(0)", "None", "EPERM"),
    ("time", "lambda: time.sleep(0)", "None", "EPERM"),
    ("itself", "os.getcwd", "'/'", "EPERM"),
]

# A filtered process that may not set a limit reads `limit`; a page that it owns can be given rights or not.
TRY = """
import _thread, ctypes, fcntl, select, struct
page = seccomp.call(machine, "mmap", 0, 4096, 3, 34, -1, 0)
buffer = ctypes.create_string_buffer(struct.pack("QQ", 16, 16))
limit = ctypes.addressof(buffer)
confine()
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
