"""The whole lock, on real processes: what it takes away, in which order, and that it fails closed."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from http.client import HTTPConnection
from pathlib import Path

import pytest

from course.sandbox.confinement.forbidden import ACTS, Act
from course.sandbox.confinement.landlock import handled_by
from tests.sandbox.confinement.confined import ROOT, UID, printed, run_confined, stage

pytestmark = [pytest.mark.programs, pytest.mark.both_modes]

AS_ROOT = os.geteuid() == 0


def test_it_closes_every_descriptor_that_was_not_to_be_kept() -> None:
    # os.dup on a closed descriptor fails: that is how the confined process itself can tell.
    source = """
opened = [os.open("/dev/null", os.O_RDONLY) for _ in range(5)]
confine(keep=opened[1:2])
alive = []
for number in range(64):
    try:
        os.close(os.dup(number))
        alive.append(number)
    except OSError:
        pass
print(alive == [0, 1, 2, opened[1]])
"""
    assert printed(source) == "True"


def test_it_keeps_what_the_server_opened() -> None:
    source = """
a, b = confine(socket.socketpair)
a.send(b"x")
print(b.recv(1))
"""
    assert printed(source) == "b'x'"


def test_it_sets_every_limit() -> None:
    source = """
import resource
kinds = "AS NPROC NOFILE FSIZE CPU CORE".split()
confine(address_space_bytes=300_000_000, processes_of_all=77, threads=9, open_files=33,
        cpu_soft_seconds=4, cpu_hard_seconds=5)
print(json.dumps({kind: resource.getrlimit(getattr(resource, "RLIMIT_" + kind)) for kind in kinds}
                 | {"stack": threading.stack_size()}))
"""
    seen = json.loads(printed(source))
    processes = 9 if AS_ROOT else 77
    assert seen == {
        "AS": [300_000_000] * 2,
        "NPROC": [processes] * 2,
        "NOFILE": [33, 33],
        "FSIZE": [0, 0],
        "CPU": [4, 5],
        "CORE": [0, 0],
        "stack": 512 * 1024,
    }


def test_the_kernel_shows_every_lock_closed() -> None:
    source = """
if uid is not None:
    os.setgroups([4, 24])  # as root has them on many machines
confine()
print("locked", flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", stage(source)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        text = Path(f"/proc/{process.pid}/status").read_text()
        owner = Path(f"/proc/{process.pid}/environ").stat().st_uid
        process.kill()
    status = dict(line.split(":\t", 1) for line in text.splitlines())
    uid = UID if AS_ROOT else os.getuid()
    assert status["Uid"].split() == [str(uid)] * 4
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    assert {status[name].strip("0") for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {""}
    assert not AS_ROOT or (status["Groups"].strip() == "" and status["Gid"].split() == [str(UID)] * 4)
    assert owner == 0, "the process can be inspected: it is still dumpable"


def test_it_dies_with_its_parent() -> None:
    source = """
reader, writer = os.pipe()
if os.fork():
    os.read(reader, 1)
    os._exit(0)
confine(keep=[writer])
print("waiting", flush=True)
os.write(writer, b"x")
time.sleep(60)
"""
    # Its standard output closes only when the confined grandchild is gone too: that this returns is the proof.
    assert run_confined(source, seconds=15).stdout == "waiting\n"


def test_only_root_names_whom_to_become_and_root_must() -> None:
    given, why = (
        ("None", "running as root, and no user id was given") if AS_ROOT else (str(UID), "only root can become")
    )
    assert f"LockdownFailed: identity: {why}" in printed(f"confine(uid={given})")


def test_it_refuses_a_process_that_runs_threads_already() -> None:
    source = """
import threading
confine(lambda: threading.Thread(target=time.sleep, args=[60], daemon=True).start())
"""
    assert "LockdownFailed: threads: 2 threads run already" in printed(source)


def test_it_refuses_a_machine_without_a_table() -> None:
    source = """
uname = os.uname()
os.uname = lambda: type("Uname", (), {"machine": "riscv64"})
confine()
"""
    assert "LockdownFailed: machine: Code runs on 64-bit Linux" in printed(source)


def test_it_refuses_to_go_on_when_the_kernel_takes_no_filter() -> None:
    source = """
def refused(*arguments):
    raise OSError(errno.EINVAL, "Invalid argument")
seccomp.install = refused
confine()
"""
    assert "LockdownFailed: seccomp: [Errno 22]" in printed(source)


def test_it_goes_on_without_landlock() -> None:
    source = """
landlock.abi_version = lambda machine: 0
confine()
print("locked")
"""
    assert printed(source) == "locked"


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_the_self_test_notices_an_act_that_is_not_refused(act: Act) -> None:
    # Everything is locked, except that this act's every try is made to look as if it had worked.
    source = f"""
from dataclasses import replace
untried = lambda act: replace(act, attempt=lambda m: None) if act.name == {act.name!r} else act
lockdown.ACTS = tuple(map(untried, lockdown.ACTS))
confine()
"""
    assert f"LockdownFailed: self-test: the lock does not hold: it could {act.name}" in printed(source)


def test_the_self_test_notices_a_missing_filter() -> None:
    source = """
landlock.abi_version = lambda machine: 0
seccomp.install = lambda *arguments: None
confine()
"""
    assert "LockdownFailed: self-test: the lock does not hold" in printed(source)


@pytest.mark.parametrize(
    ("abi", "files", "network", "scoped"),
    [(1, 13, 0, 0), (2, 14, 0, 0), (3, 15, 0, 0), (4, 15, 3, 0), (5, 16, 3, 0), (7, 16, 3, 3), (9, 17, 3, 3)],
)
def test_landlock_takes_charge_of_all_that_its_version_knows(abi: int, files: int, network: int, scoped: int) -> None:
    handled = handled_by(abi)
    assert (handled.files, handled.network, handled.scoped) == (2**files - 1, network, scoped)


SERVER = """
# What the fork server has imported before: nothing can be imported behind the lock.
for name in ("gevent", "eventlet", "uwsgi", "redis", "kombu"):
    sys.modules[name] = None
import importlib.metadata
importlib.metadata.version("werkzeug")
import encodings.idna, engineio.async_drivers.threading, flask, flask_socketio, simple_websocket
from werkzeug.serving import make_server

listener = socket.socket(fileno=0)
server = confine(
    lambda: make_server("unix:///learner", 0, lambda environ, start: [], threaded=True, fd=listener.fileno())
)
app = flask.Flask("server", root_path="/")
app.config["SECRET_KEY"] = "x"
socketio = flask_socketio.SocketIO(app, async_mode="threading")

@socketio.on("add")
def add(a, b):
    threading.Thread(target=time.sleep, args=[0]).start()
    return a + b

@app.get("/read")
def read():
    return seen(lambda: open("/etc/passwd").read())

server.app = app
server.serve_forever()
"""


class UnixConnection(HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=10)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self._path)

    def fetch(self, method: str, path: str, body: str | None = None) -> str:
        self.request(method, path, body)
        return self.getresponse().read().decode()


def test_a_flask_socketio_server_lives_behind_the_lock(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    environment = {"MALLOC_ARENA_MAX": "1"}
    command = [sys.executable, "-c", stage(SERVER)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=listener, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        listener.close()
        log = threading.Thread(target=process.communicate)
        log.start()
        client = UnixConnection(path)
        handshake = json.loads(client.fetch("GET", "/socket.io/?EIO=4&transport=polling").removeprefix("0"))
        session = f"/socket.io/?EIO=4&transport=polling&sid={handshake['sid']}"
        assert client.fetch("POST", session, "40") == "OK"
        assert client.fetch("GET", session).startswith('40{"sid"')
        assert client.fetch("POST", session, '420["add",1,2]') == "OK"
        assert client.fetch("GET", session) == "430[3]"
        assert client.fetch("GET", "/read") == "EACCES"
        assert process.poll() is None
        client.close()
        process.send_signal(signal.SIGKILL)
        log.join()
