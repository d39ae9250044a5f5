"""Tricks inside the process: it may break itself, never us."""

import os
from collections.abc import Callable

from tests.sandbox.attacks.attack import CONTROL, Attack, Run, breaks, ends, is_stopped, says


def _trick(name: str, layer: str, expected: str, source: str, watch: Callable[[Run], str] = says) -> Attack:
    return Attack(name, "interpreter", layer, expected, source, watch)


_PYTHON = os.path.dirname(os.__file__)
"""Where Python's own modules really lie: a hostile program may guess it."""
_FORGED_END = '{"ended": {"code": "memory", "reason": "It was not me.", "error": null}}'

_IN_MACHINE_CODE = (
    _trick("crash by a null pointer", "supervisor: reaps", "crashed", "import ctypes\nctypes.string_at(0)", breaks),
    _trick(
        "crash by made-up bytecode",
        "supervisor: reaps",
        "crashed",
        """
def harmless(): return 1
harmless.__code__ = harmless.__code__.replace(co_code=bytes([100, 255] * 8 + [83, 0]), co_consts=(), co_stacksize=1)
while True:
    harmless()
    os.abort()
""",
        breaks,
    ),
    _trick(
        "make memory that can run",
        "seccomp: new memory is not executable",
        "EACCES",
        "attempt(lambda: call('mmap', 0, 4096, 7, 0x22, -1, 0))",
    ),
    _trick(
        "make memory run later",
        "seccomp: memory never becomes executable",
        "EACCES",
        "page = call('mmap', 0, 4096, 3, 0x22, -1, 0)\nattempt(lambda: call('mprotect', page, 4096, 5))",
    ),
    _trick(
        "overwrite machine code",
        "kernel: code is read-only",
        "crashed",
        "import ctypes\nctypes.memset(ctypes.cast(ctypes.pythonapi.Py_IsInitialized, ctypes.c_void_p).value, 0xCC, 16)",
        breaks,
    ),
    _trick("loosen the filter", "seccomp: default", "EPERM", "attempt(lambda: call('seccomp', 1, 0, 0))"),
    _trick(
        "ask for another personality",
        "seccomp: default",
        "EPERM",
        "attempt(lambda: call('personality', 0x0400000))",
    ),
)

_ON_THE_RUNNER = (
    _trick("end without a word", "supervisor: reaps", "crashed: exited", "os._exit(0)", ends),
    _trick(
        "forge the runner's messages on standard output",
        "supervisor: a socket of its own for control",
        "crashed: exited",
        f"print('{_FORGED_END}', flush=True)\nprint('{_FORGED_END}', file=sys.stderr, flush=True)\nos._exit(0)",
        ends,
    ),
    _trick(
        "forge the fork server's messages",
        "supervisor: descriptors, not names, tell who speaks",
        "crashed: exited",
        CONTROL
        + """
for message in (b'{"exited": "<neighbour_id>", "status": 0}', b'{"started": "<neighbour_id>", "pid": 1}'):
    control.sendall(message + b"\\n")
os._exit(0)
""",
        ends,
    ),
    _trick(
        "send nonsense to the supervisor",
        "supervisor: checks each message",
        "crashed: exited",
        CONTROL
        + """
for message in (
    b"", b"5", b"null", b"[]", b'"ready"', b"\\xff\\xfe\\x00", b"9" * 9000, b'{"ended": 1}', b'{"ended": []}',
    b'{"ended": {"code": null}}', b'{"ready": null', b'{"exception": {"type": {}, "message": [], "line": "x"}}',
):
    control.sendall(message + b"\\n")
os._exit(0)
""",
        ends,
    ),
    _trick(
        "send a message too deep to read",
        "supervisor: checks each message",
        "crashed: exited",
        CONTROL + "control.sendall(b'[' * 60000 + b'\\n')\nos._exit(0)",
        ends,
    ),
    _trick(
        "send a message that never ends",
        "supervisor: control",
        "crashed: exited",
        CONTROL + "for _ in range(16):\n    control.sendall(b'x' * 65536)\nos._exit(0)",
        ends,
    ),
    _trick(
        "be ready, ended and ready again",
        "supervisor: refuses illegal steps",
        "stopped: stopped",
        CONTROL
        + """
for _ in range(50):
    control.sendall(b'{"ready": {"host": "127.0.0.1", "port": 5000}}\\n')
    control.sendall(b'{"ended": {"code": "memory", "reason": "It was not me."}}\\n')
say("sent")
serve()
""",
        is_stopped,
    ),
    _trick(
        "close the listener",
        "supervisor: kills by pidfd",
        "stopped: stopped",
        CONTROL + "listener.close()\ncontrol.close()\nsay('closed')\nimport time\ntime.sleep(60)",
        is_stopped,
    ),
    _trick(
        "close every stream and live on",
        "supervisor: the end of the streams is the end",
        "crashed: exited",
        "import time\nos.closerange(0, 64)\ntime.sleep(60)",
        ends,
    ),
    _trick(
        "answer the end with a handler that never ends",
        "supervisor: kills by pidfd",
        "stopped: stopped",
        """
import signal, threading
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGXCPU):
    signal.signal(number, lambda *_: threading.Event().wait())
say("waiting")
serve()
""",
        is_stopped,
    ),
    _trick(
        "look through the runner's frames",
        "fork server: holds no secret",
        "no canary",
        """
import re
frame, texts = sys._getframe(), []
while frame:
    texts += [repr(value) for scope in (frame.f_locals, frame.f_globals) for value in list(scope.values())]
    frame = frame.f_back
say("canary" if re.search("<pattern>", "".join(texts)) else "no canary" if len(texts) > 50 else "the search is broken")
""",
    ),
    _trick(
        "import what was left out",
        "child: finds no other modules",
        "ModuleNotFoundError",
        "def attack(): import zipapp\nattempt(attack)",
    ),
    _trick(
        "put back the usual importers",
        "seccomp: paths",
        "ModuleNotFoundError",
        f"""
import importlib.machinery as machinery
sys.path[:] = [{_PYTHON!r}]
sys.path_hooks[:] = [machinery.FileFinder.path_hook((machinery.SourceFileLoader, machinery.SOURCE_SUFFIXES))]
sys.path_importer_cache.clear()
sys.meta_path[:] = [machinery.PathFinder]
def attack(): import zipapp
attempt(attack)
""",
    ),
    _trick(
        "load a module by its path",
        "seccomp: paths",
        "EACCES",
        f"""
from importlib.machinery import SourceFileLoader
attempt(lambda: SourceFileLoader("zipapp", {_PYTHON!r} + "/zipapp.py").get_code("zipapp"))
""",
    ),
    _trick(
        "end the process from a thread",
        "supervisor: reaps",
        "crashed: killed",
        "import signal\nmeanwhile(lambda: os.kill(os.getpid(), signal.SIGKILL))",
        ends,
    ),
)

ATTACKS = (*_IN_MACHINE_CODE, *_ON_THE_RUNNER)
