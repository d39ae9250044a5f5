"""Another learner's program runs next door: it can be neither seen, nor reached, nor guessed."""

from tests.sandbox.attacks.attack import Attack


def _refused(name: str, source: str, *, layer: str = "seccomp: default", expected: str = "EPERM") -> Attack:
    return Attack(name, "other sandboxes", layer, expected, source)


ATTACKS = (
    _refused(
        "kill the neighbour",
        "attempt(lambda: os.kill(<neighbour>, 9))",
        layer="seccomp: signals go to itself only",
    ),
    _refused(
        "read the neighbour's memory",
        "import ctypes\nroom = (ctypes.c_size_t * 2)()\n"
        "attempt(lambda: call('process_vm_readv', <neighbour>, ctypes.byref(room), 1, ctypes.byref(room), 1, 0))",
    ),
    _refused(
        "connect to the neighbour's server",
        "import socket\nattempt(lambda: socket.socket(socket.AF_UNIX).connect('<neighbour_socket>'))",
    ),
    _refused(
        "take the neighbour's socket away",
        "attempt(lambda: os.unlink('<neighbour_socket>'))",
        layer="seccomp: paths",
        expected="EACCES",
    ),
    _refused(
        "look into the neighbour's descriptors",
        "attempt(lambda: os.listdir('/proc/<neighbour>/fd'))",
        layer="seccomp: paths",
        expected="EACCES",
    ),
    _refused("share memory with the neighbour", "attempt(lambda: call('shmget', 4711, 4096, 0o1666))"),
    _refused("share a queue with the neighbour", "attempt(lambda: call('msgget', 4711, 0o1666))"),
    _refused(
        "push the neighbour off the processor", "attempt(lambda: os.setpriority(os.PRIO_PROCESS, <neighbour>, 19))"
    ),
    _refused(
        "lower the neighbour's limits",
        "import ctypes\nroom = (ctypes.c_ulong * 2)()\n"
        "attempt(lambda: call('prlimit64', <neighbour>, 7, ctypes.byref(room), 0))",
        layer="seccomp: limits are read, not set",
    ),
    _refused(
        "read the neighbour's limits",
        "import ctypes\nroom = (ctypes.c_ulong * 2)()\n"
        "attempt(lambda: call('prlimit64', <neighbour>, 7, 0, ctypes.byref(room)))",
        layer="seccomp: looks at itself only",
    ),
    _refused(
        "guess the neighbour's random numbers",
        "import random\nmine = str(random.getrandbits(64))\n"
        "say('the same numbers' if mine == '<neighbour_random>' else 'other numbers')",
        layer="child: reseeds",
        expected="other numbers",
    ),
)
