"""Signals reach nobody but the process itself, and none of its own tricks keeps it alive."""

from collections.abc import Callable

from tests.sandbox.attacks.attack import Attack, Run, is_stopped, says

_ITSELF = "seccomp: signals go to itself only"


def _refused(
    name: str, source: str, *, layer: str = _ITSELF, expected: str = "EPERM", watch: Callable[[Run], str] = says
) -> Attack:
    return Attack(name, "signals", layer, expected, "import signal\n" + source, watch)


ATTACKS = (
    _refused("kill the fork server", "attempt(lambda: os.kill(os.getppid(), signal.SIGKILL))"),
    _refused("kill the supervisor", "attempt(lambda: os.kill(<supervisor>, signal.SIGKILL))"),
    _refused("kill everybody", "attempt(lambda: os.kill(-1, signal.SIGKILL))"),
    _refused("kill its process group", "attempt(lambda: os.kill(0, signal.SIGKILL))"),
    _refused("kill a thread of the supervisor", "attempt(lambda: call('tgkill', <supervisor>, <supervisor>, 9))"),
    _refused(
        "kill by the call without a group",
        "attempt(lambda: call('tkill', <supervisor>, 9))",
        layer="seccomp: default",
    ),
    _refused(
        "queue a signal with a payload",
        "attempt(lambda: call('rt_sigqueueinfo', <supervisor>, 9, 0))",
        layer="seccomp: default",
    ),
    _refused(
        "have the kernel signal the supervisor",
        "import fcntl\nattempt(lambda: fcntl.fcntl(1, fcntl.F_SETOWN, <supervisor>))",
        layer="seccomp: fcntl is harmless",
    ),
    _refused(
        "outlive the fork server",
        "attempt(lambda: call('prctl', 1, 0, 0, 0, 0))",
        layer="seccomp: prctl sets names only",
    ),
    _refused("leave its session", "attempt(os.setsid)", layer="seccomp: default"),
    _refused(
        "ignore every signal",
        """
for number in signal.valid_signals():
    try:
        signal.signal(number, signal.SIG_IGN)
    except OSError:
        pass
say("ignoring")
serve()
""",
        layer="supervisor: kills by pidfd",
        expected="stopped: stopped",
        watch=is_stopped,
    ),
)
