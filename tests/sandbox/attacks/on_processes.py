"""There is one process, and it stays one."""

from tests.sandbox.attacks.attack import Attack


def _refused(name: str, source: str, *, layer: str = "seccomp: default", expected: str = "EPERM") -> Attack:
    return Attack(name, "processes", layer, expected, source)


_THREADS_ONLY = "seccomp: clone makes threads only"

ATTACKS = (
    _refused("fork", "attempt(lambda: os.fork() or os._exit(0))", layer=_THREADS_ONLY),
    _refused(
        "fork without end",
        """
for _ in range(1000):
    try:
        os.fork()
    except PermissionError:
        pass
attempt(os.fork)
""",
        layer=_THREADS_ONLY,
    ),
    _refused("spawn a program", "attempt(lambda: os.posix_spawn('/bin/sh', ['sh'], {}))", layer=_THREADS_ONLY),
    _refused(
        "run a shell command",
        "say('it worked' if os.system('true') == 0 else 'no shell')",
        layer=_THREADS_ONLY,
        expected="no shell",
    ),
    _refused("become another program", "attempt(lambda: os.execv('/bin/sh', ['sh']))"),
    _refused("become a program by its descriptor", "attempt(lambda: call('execveat', 0, b'', 0, 0, 0x1000))"),
    _refused(
        "clone with new namespaces", "attempt(lambda: call('clone', 0x7E020011, 0, 0, 0, 0))", layer=_THREADS_ONLY
    ),
    _refused(
        "clone by the newer call",
        "attempt(lambda: call('clone3', 0, 88))",
        layer="seccomp: clone3",
        expected="ENOSYS",
    ),
    _refused(
        "share a thread's flags with a process",
        "attempt(lambda: call('clone', 0x100 | 17, 0, 0, 0, 0))",
        layer=_THREADS_ONLY,
    ),
    _refused("become root of a namespace of its own", "attempt(lambda: call('unshare', 0x10000000))"),
    _refused("enter another's namespace", "attempt(lambda: call('setns', 0, 0))"),
    _refused("become root", "attempt(lambda: os.setresuid(0, 0, 0))"),
    _refused("load a program into the kernel", "attempt(lambda: call('bpf', 5, 0, 0))"),
)
