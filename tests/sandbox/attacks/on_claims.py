"""What a child says of itself is a description: it ends nobody, keeps no place, and is shown to nobody else."""

from collections.abc import Callable

from tests.sandbox.attacks.attack import CONTROL, Attack, Run, ends, is_stopped, says

LAYER = "supervisor: a child only describes"


def barely_works(run: Run) -> str:
    """Whether the supervisor spends next to nothing on what the program says."""
    share = run.supervisors_share_of_a_core(1.0)
    return "the supervisor rests" if share < 0.1 else f"the supervisor is busy ({share:.0%} of a core)"


def _claim(name: str, expected: str, source: str, watch: Callable[[Run], str] = ends, *, layer: str = LAYER) -> Attack:
    return Attack(name, "claims", layer, expected, CONTROL + source, watch)


def _end_claimed(name: str, code: str) -> Attack:
    said = f'{{"ended": {{"code": "{code}", "reason": "I say so.", "error": null}}}}\\n'
    return _claim(f"claim that {name}", "crashed: exited", f"control.sendall(b'{said}')\nos._exit(0)")


def _flood(name: str, data: str) -> Attack:
    source = f"data = {data}\nwhile True:\n    control.sendall(data)"
    return _claim(name, "the supervisor rests", source, barely_works, layer="supervisor: reads within a budget of work")


_DESCRIBED = '{"ended": {"code": "memory", "reason": "It was not me.", "error": null}}\\n'

ATTACKS = (
    _end_claimed("the lock has failed", "lockdown"),
    _end_claimed("it is started again, to keep its place", "restarting"),
    _end_claimed("its learner has killed it", "killed_by_learner"),
    _end_claimed("the fork server died, to lose no attempt", "sandbox_host_died"),
    _end_claimed("it was never started", "not_started"),
    _end_claimed("a newer run took its place", "replaced"),
    _end_claimed("the site is closing", "site_closed"),
    _end_claimed("it waits in the queue", "full"),
    _claim(
        "claim an end and be killed",
        "crashed: killed",
        f"import signal\ncontrol.sendall(b'{_DESCRIBED}')\nos.kill(os.getpid(), signal.SIGKILL)",
        layer="supervisor: a signal is not described",
    ),
    _claim(
        "claim an end and use up the processor",
        "limited: cpu",
        f"""
def burn():
    control.sendall(b'{_DESCRIBED}')
    while True:
        pass
meanwhile(burn)
""",
        layer="supervisor: a signal is not described",
    ),
    _claim(
        "claim an end and live on",
        "stopped: stopped",
        f"control.sendall(b'{_DESCRIBED}' * 50)\nsay('said')\nserve()",
        is_stopped,
    ),
    _claim(
        "find the socket that tells of the lock",
        "one socket, and the listener",
        """
held = []
for number in range(3, 64):
    try:
        held.append(socket.socket(fileno=number))
    except OSError as error:
        if error.errno != errno.EBADF:
            held.append(error)
numbers = sorted(each.fileno() for each in held)
say("one socket, and the listener" if numbers == sorted([control.fileno(), listener.fileno()]) else numbers)
""",
        says,
        layer="child: closed before there is any code",
    ),
    _claim(
        "say that the lock holds, and that it does not",
        "crashed: exited",
        "control.sendall(b'locked')\ncontrol.sendall(b'self-test: it could read a file\\n')\nos._exit(0)",
    ),
    _claim(
        "describe an end with values of every wrong type",
        "crashed: exited",
        """
import json
for wrong in (None, True, -1, 10**300, float("nan"), [], {}, "x" * 15000, "\\ud83d"):
    for field in ("code", "reason", "error"):
        said = {"code": "memory", "reason": "It was me.", "error": None, field: wrong}
        if field == "code" or (field == "reason" and not isinstance(wrong, str)):
            control.sendall(json.dumps({"ended": said}).encode() + b"\\n")
control.sendall(b'{"ended": {"code": "memory", "reason": "twice", "code": "lockdown"}}\\n')
os._exit(0)
""",
    ),
    _flood("flood it with empty lines", 'b"\\n" * 65536'),
    _flood("flood it with the smallest messages", 'b"{}\\n" * 20000'),
    _flood("flood it with a line that never ends", 'b"x" * 65536'),
    _flood("flood it with numbers that are long to read", '(b"9" * 4200 + b"\\n") * 16'),
    _flood("flood it with messages as deep as they are long", '(b"[" * 8000 + b"\\n") * 8'),
    Attack(
        "flood both outputs",
        "claims",
        "supervisor: reads within a budget of work",
        "the supervisor rests",
        """
import threading
def flood(number):
    while True:
        os.write(number, b"y\\n" * 32768)
threading.Thread(target=flood, args=(2,)).start()
flood(1)
""",
        barely_works,
    ),
)
