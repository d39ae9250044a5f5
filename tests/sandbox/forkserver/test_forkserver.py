"""The fork server: what is in it, what is not, and when it ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from course.program import RUNTIMES
from tests.stage.host import PATIENCE, Host

pytestmark = pytest.mark.programs

ROOT = Path(__file__).parents[3]

FOLDERS = ("learner", "forkserver", "confinement")
LEAVES = {
    "course.program",
    "course.server_request",
    *(f"course.sandbox.{name}" for name in ("available_modules", "client_tag", "limits", "native", "per_second")),
}
KEPT_OUT = {"eventlet", "geventwebsocket", "redis", "kombu", "sqlalchemy", "psycopg", "flask_sqlalchemy", "markdown"}
USED = set(
    "json random time datetime math collections itertools functools threading uuid re string secrets hashlib "
    "dataclasses enum typing logging queue statistics base64 html copy textwrap flask flask_socketio _strptime".split()
)


@pytest.fixture(scope="module", params=RUNTIMES)
def runtime(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def prepared(runtime: str) -> dict[str, Any]:
    """What a fork server holds once it is prepared: its threads, as Python and as the kernel counts them; its modules."""
    look = (
        "import sys, threading; from course.sandbox.forkserver import server; server.prepare(sys.argv[1], confined=True); "
        "threads = [threading.active_count(), len(__import__('os').listdir('/proc/self/task'))]; "
        "modules = [name for name, module in sys.modules.items() if module is not None]; "
        "import json; print(json.dumps({'threads': threads, 'modules': modules}))"
    )
    done = subprocess.run([sys.executable, "-c", look, runtime], cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def modules(prepared: dict[str, Any]) -> set[str]:
    """The names of everything that is imported in the fork server."""
    return set(prepared["modules"])


def test_it_imports_nothing_of_the_course_but_what_its_children_need(modules: set[str]) -> None:
    """What runs inside the learner's process is three folders and a few leaves: nothing of the site's side."""
    ours = {name for name in modules if name.startswith("course.sandbox.") or name in LEAVES}
    assert {name for name in modules if name.split(".")[0] == "course"} == ours | {"course", "course.sandbox"}
    assert {name for name in ours - LEAVES if name.split(".")[2] not in FOLDERS} == set()


def test_it_leaves_no_thread_behind(prepared: dict[str, Any]) -> None:
    """A thread of the parent's could hold a lock while a child is forked, and nobody there would ever let go of it."""
    assert prepared["threads"] == [1, 1]


def test_it_has_gevent_only_where_programs_run_under_it(runtime: str, modules: set[str]) -> None:
    found = {name.split(".")[0] for name in modules} & {"gevent", "greenlet"}
    assert found == (set() if runtime == "threading" else {"gevent", "greenlet"})
    assert ("engineio.async_drivers.threading" in modules) == (runtime == "threading")


def test_it_imports_nothing_that_no_program_needs(modules: set[str]) -> None:
    assert {name.split(".")[0] for name in modules} & KEPT_OUT == set()


def test_it_imports_what_lessons_use(modules: set[str]) -> None:
    assert USED - modules == set()


def test_it_has_one_thread_and_a_clean_environment(host: Host) -> None:
    process = psutil.Process(host.supervisor.forkserver_pid_under("threading"))
    assert process.num_threads() == 1
    assert set(process.environ()) <= {"MALLOC_ARENA_MAX", "LANG", "PYTHONDONTWRITEBYTECODE", "LC_CTYPE"}
    assert os.getsid(process.pid) == process.pid


def test_it_ignores_the_signals_that_end_a_terminals_programs(host: Host) -> None:
    pid = host.supervisor.forkserver_pid_under("threading") or 0
    os.kill(pid, signal.SIGINT)
    os.kill(pid, signal.SIGTERM)
    assert host.start("adds").ready().get() == (200, "hello")
    assert host.supervisor.forkserver_pid_under("threading") == pid


def test_it_leaves_no_zombies(host: Host) -> None:
    for _ in range(3):
        host.start("no_run_call").end()
    running = host.start("adds").ready()
    children = psutil.Process(host.supervisor.forkserver_pid_under("threading")).children()
    assert [child.pid for child in children] == [running.sandbox.pid]


def test_it_ends_with_its_supervisor_and_so_do_the_programs(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from tests.stage.host import Host\n"
        "host = Host(Path(sys.argv[1])).__enter__()\n"
        "running = host.start('adds').ready()\n"
        "print(host.supervisor.forkserver_pid_under('threading'), running.sandbox.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as site:
        assert site.stdout is not None and site.stderr is not None
        processes = [psutil.Process(int(number)) for number in site.stdout.readline().split()]
        assert len(processes) == 2, site.stderr.read()
        site.kill()
        _, alive = psutil.wait_procs(processes, timeout=PATIENCE)
        assert alive == []
        assert site.stderr.read() == b""


def test_closing_it_says_nothing_on_the_sites_log(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.stage.host import Host\n"
        "with Host(Path(sys.argv[1])) as host: host.start('adds').ready()\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
