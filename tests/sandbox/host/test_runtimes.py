"""The same programs under each runtime: what serves them, what their errors say, and what becomes of their neighbours."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from course.program import RUNTIMES, Runtime
from course.sandbox.confinement.probe import ProbeReport, ProbeRow
from course.sandbox.host import runtime_host
from course.sandbox.host.supervisor import SandboxesUnavailable
from course.sandbox.model import Program
from tests.sandbox.gateway.stage import until
from tests.stage.host import PATIENCE, Client, Host, Memory, Running, source_of

pytestmark = pytest.mark.programs

GEVENT: tuple[Runtime, ...] = ("gevent", "gevent-patched")
BUSY_SECONDS = 0.5

WORKS = f"""
import time
from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app)


@app.get("/")
def home():
    return request.remote_addr


def compute():
    until = time.perf_counter() + {BUSY_SECONDS}
    while time.perf_counter() < until:
        pass
    return "done"


@socketio.on("compute")
def on_compute():
    return compute()


@socketio.on("pool")
def on_pool():
    import gevent

    return gevent.get_hub().threadpool.apply(compute)


@socketio.on("sleep")
def on_sleep():
    time.sleep({BUSY_SECONDS})
    return "done"


@socketio.on("echo")
def on_echo(what):
    return what


@socketio.on("mode")
def on_mode():
    return socketio.async_mode


socketio.run(app)
"""


def anywhere(app: str) -> str:
    """Return a program of tests/apps that leaves the async mode to the runtime."""
    return source_of(app).replace(', async_mode="threading"', "")


@pytest.fixture(params=GEVENT)
def runtime(request: pytest.FixtureRequest) -> Runtime:
    return request.param  # type: ignore[no-any-return]


# Serving


@pytest.mark.parametrize("each", RUNTIMES)
def test_a_program_without_an_async_mode_gets_the_one_of_its_runtime(host: Host, each: Runtime) -> None:
    with host.run(WORKS, each).ready().client().accepted() as client:
        assert client.ask("mode") == ["threading" if each == "threading" else "gevent"]


def test_requests_and_events_are_served_on_the_sandboxs_socket(host: Host, runtime: Runtime) -> None:
    running = host.run(WORKS, runtime).ready()
    assert running.get() == (200, "127.0.0.1")
    with running.client().accepted() as one, running.client().accepted() as other:
        assert one.ask("echo", {"a": 1}) == [{"a": 1}]
        assert other.ask("echo", "b") == ["b"]
    assert running.memory.text() == ""


def test_the_async_mode_may_be_named(host: Host, runtime: Runtime) -> None:
    source = source_of("adds").replace('"threading"', '"gevent"')
    assert host.run(source, runtime).ready().get() == (200, "hello")


def test_a_large_answer_arrives_whole_although_its_reader_is_slow(host: Host, runtime: Runtime) -> None:
    text = "x" * 200_000
    with host.run(WORKS, runtime).ready().client().accepted() as client:
        client.emit("echo", "nothing")
        assert client.ask("echo", text) == [text]


def test_plain_flask_is_served_as_well(host: Host, runtime: Runtime) -> None:
    assert host.start({"server.py": source_of("plain_flask")}, runtime=runtime).ready().get()[0] == 200


def test_two_runs_do_not_draw_the_same_random_numbers(host: Host, runtime: Runtime) -> None:
    program = {"server.py": source_of("plain_flask")}
    first, second = (host.start(program, runtime=runtime).ready() for _ in range(2))
    assert first.get() != second.get()


def test_debug_mode_needs_no_second_process(host: Host, runtime: Runtime) -> None:
    source = anywhere("adds").replace("run(app)", "run(app, debug=True)")
    assert host.run(source, runtime).ready().get() == (200, "hello")


def test_gevents_own_server_can_be_used_by_name(host: Host, runtime: Runtime) -> None:
    source = anywhere("adds").replace("socketio.run(app)", "WSGIServer(('', 5000), app).serve_forever()")
    assert host.run(f"from gevent.pywsgi import WSGIServer\n{source}", runtime).ready().get() == (200, "hello")


def test_a_missing_terminal_is_nothing_to_gevents_server(host: Host, runtime: Runtime) -> None:
    running = host.start({"server.py": anywhere("adds")}, runtime=runtime, terminal=False)
    assert running.ready().get() == (200, "hello")


@pytest.mark.parametrize(("port", "error"), [('"http"', "TypeError"), ("70000", "OverflowError")])
def test_a_port_that_can_not_be_is_refused(host: Host, runtime: Runtime, port: str, error: str) -> None:
    change = host.run(anywhere("adds").replace("run(app)", f"run(app, port={port})"), runtime).end()
    assert change.error is not None and (change.error["type"], change.error["line"]) == (error, 19)


def test_an_option_that_does_not_exist_is_refused(host: Host, runtime: Runtime) -> None:
    change = host.run(anywhere("adds").replace("run(app)", "run(app, colour=1)"), runtime).end()
    assert change.error is not None and (change.error["type"], change.error["line"]) == ("TypeError", 19)


def test_a_server_that_stops_itself_is_told(host: Host, runtime: Runtime) -> None:
    source = anywhere("adds").replace(
        "socketio.run(app)", "import gevent\ngevent.spawn_later(0.2, socketio.stop)\nsocketio.run(app)"
    )
    change = host.run(source, runtime).end()
    assert (change.state, change.code) == ("crashed", "exited")
    assert "stopped by itself" in change.reason


# Errors


@pytest.mark.parametrize("mode", ["threading", "eventlet", "gevent_uwsgi", "gvent"])
def test_every_other_async_mode_has_its_own_sentence(host: Host, runtime: Runtime, mode: str) -> None:
    change = host.run(source_of("adds").replace('"threading"', f'"{mode}"'), runtime).end()
    assert change.code == "async_mode"
    assert 'Write async_mode="gevent".' in change.reason
    known = {"threading": "one event loop", "eventlet": "eventlet is not installed", "gevent_uwsgi": "uWSGI"}
    assert known.get(mode, "knows no such mode") in change.reason


@pytest.mark.parametrize(
    ("app", "code"),
    [
        ("syntax_error", "syntax_error"),
        ("raises_at_import", "exception"),
        ("no_run_call", "no_run_call"),
        ("exits", "exited"),
        ("imports_numpy", "no_module"),
        ("opens_a_file", "not_allowed"),
        ("asks_for_input", "no_keyboard"),
        ("ten_gigabytes", "memory"),
    ],
)
def test_a_program_that_fails_says_the_same_as_under_threading(
    host: Host, runtime: Runtime, app: str, code: str
) -> None:
    ends = [host.run(anywhere(app), each).end() for each in ("threading", runtime)]
    assert [end.code for end in ends] == [code, code]
    said = [{key: str(value).replace(", gevent,", ",") for key, value in (end.error or {}).items()} for end in ends]
    assert said[1] == said[0]  # but for the one more module that it has


@pytest.mark.parametrize(
    ("act", "type_", "handler", "line"),
    [
        (lambda running, client: client.emit("divide", 1, 0), "ZeroDivisionError", "divide", 29),
        (lambda running, client: client.emit("background"), "ValueError", "work", 44),
        (lambda running, client: running.get("/broken"), "ZeroDivisionError", "GET /broken", 15),
    ],
)
def test_what_escapes_is_reported_and_shown_folded(
    host: Host, runtime: Runtime, act: Callable[[Running, Client], object], type_: str, handler: str, line: int
) -> None:
    running = host.run(anywhere("raises_in_handlers"), runtime).ready()
    with running.client().accepted() as client:
        act(running, client)
        exception = running.memory.wait(lambda memory: memory.exceptions).exceptions[0]
        assert (exception.type, exception.handler, exception.line) == (type_, handler, line)
        text = running.memory.wait(lambda memory: f"{type_}:" in memory.text("stderr")).text("stderr")
        assert client.ask("divide", 6, 2) == [3]
    assert f'File "server.py", line {line}' in text
    assert " inside " in text
    assert not any(word in text for word in ("course", "site-packages", "failed with"))


def test_an_exception_in_a_connect_handler_is_told(host: Host, runtime: Runtime) -> None:
    running = host.run(anywhere("raises_in_handlers"), runtime).ready()
    with running.client({"who": "nobody"}):
        exception = running.memory.wait(lambda memory: memory.exceptions).exceptions[0]
    assert (exception.type, exception.handler) == ("KeyError", "connect")


# Patching


@pytest.mark.parametrize("call", ["patch_all()", "patch_all(thread=False)", "patch_time()"])
def test_patching_once_more_is_harmless_where_it_is_done(host: Host, call: str) -> None:
    source = f"from gevent import monkey\nmonkey.{call}\n{WORKS}"
    running = host.run(source, "gevent-patched").ready()
    assert running.get()[0] == 200
    assert running.memory.text() == ""


def test_patching_comes_too_late_in_the_unpatched_runtime(host: Host) -> None:
    change = host.run(f"from gevent import monkey\nmonkey.patch_all()\n{WORKS}", "gevent").end()
    assert change.code == "too_late_to_patch"
    assert "(line 2)" in change.reason and "gevent, monkey-patched" in change.reason
    assert change.error is not None and change.error["type"] == "RuntimeError"


def test_in_threading_mode_there_is_nothing_to_patch(host: Host) -> None:
    change = host.run(f"from gevent import monkey\nmonkey.patch_all()\n{WORKS}").end()
    assert change.code == "no_module"
    assert "threading mode" in change.reason and "(line 1)" in change.reason


# Who waits for whom: compared with how long the work takes, never with a clock of ours


def longest_wait(running: Running, event: str) -> tuple[float, float]:
    """Return a bystander's longest round trip while another client's `event` is handled, and how long that took."""
    with running.client().accepted() as busy, running.client().accepted() as bystander:
        bystander.ask("echo", 0)
        answers: list[list[object]] = []
        work = threading.Thread(target=lambda: answers.append(busy.ask(event)))
        started = time.monotonic()
        work.start()
        longest = 0.0
        while work.is_alive():
            before = time.monotonic()
            bystander.ask("echo", 1)
            longest = max(longest, time.monotonic() - before)
        took = time.monotonic() - started
        assert answers == [["done"]]
        return longest, took


def test_under_gevent_who_computes_holds_everybody_up(host: Host, runtime: Runtime) -> None:
    longest, took = longest_wait(host.run(WORKS, runtime).ready(), "compute")
    assert longest > 0.8 * BUSY_SECONDS, took


@pytest.mark.timed
def test_gevents_native_thread_pool_holds_nobody_up(host: Host, runtime: Runtime) -> None:
    longest, took = longest_wait(host.run(WORKS, runtime).ready(), "pool")
    assert longest < took / 2


@pytest.mark.timed
@pytest.mark.parametrize(("each", "held"), [("threading", False), ("gevent", True), ("gevent-patched", False)])
def test_sleeping_holds_others_up_only_where_nothing_is_patched(host: Host, each: Runtime, held: bool) -> None:
    longest, took = longest_wait(host.run(WORKS, each).ready(), "sleep")
    assert (longest > 0.8 * BUSY_SECONDS) == held, (longest, took)


def test_a_loop_that_never_yields_is_ended_from_outside(limited_host: Callable[..., Host], runtime: Runtime) -> None:
    host = limited_host(cpu_burst_seconds=0.5, cpu_share=0)
    running = host.run(anywhere("misbehaves_on_request"), runtime).ready()
    neighbour = host.run(WORKS, runtime).ready()
    with running.client().accepted() as client:
        client.emit("compute")
        change = running.end()
    assert (change.state, change.code) == ("limited", "cpu")
    assert neighbour.get()[0] == 200


# The fork servers


def test_a_fork_server_is_started_for_the_first_program_that_needs_it(tmp_path: Path, runtime: Runtime) -> None:
    with Host(tmp_path) as host:
        assert host.supervisor.forkserver_pid_under("threading") is not None
        assert host.supervisor.forkserver_pid_under(runtime) is None
        assert host.run(WORKS, runtime).ready().get()[0] == 200
        assert host.supervisor.forkserver_pid_under(runtime) is not None


def test_those_that_the_course_uses_are_started_before_they_are_asked_for(tmp_path: Path) -> None:
    with Host(tmp_path, runtimes=GEVENT) as host:
        assert host.supervisor.forkserver_pid_under("gevent") is not None
        until(lambda: host.supervisor.forkserver_pid_under("gevent-patched") is not None, PATIENCE)
        assert host.supervisor.forkserver_pid_under("threading") is None


def test_a_site_that_ends_while_they_start_leaves_none_behind(tmp_path: Path) -> None:
    with Host(tmp_path, runtimes=RUNTIMES) as host:
        pass
    assert [host.supervisor.forkserver_pid_under(runtime) for runtime in RUNTIMES] == [None, None, None]
    assert host.supervisor.unavailable


def test_a_fork_server_has_no_event_loop_and_one_thread(host: Host, runtime: Runtime) -> None:
    host.run(WORKS, runtime).ready()
    process = Path(f"/proc/{host.supervisor.forkserver_pid_under(runtime)}")
    assert len(list((process / "task").iterdir())) == 1
    opened = {os.readlink(each) for each in (process / "fd").iterdir()}
    assert not [target for target in opened if "eventpoll" in target or "eventfd" in target]


def test_the_death_of_one_ends_only_its_own_programs(host: Host, runtime: Runtime) -> None:
    concerned, neighbour = host.run(WORKS, runtime).ready(), host.run(WORKS).ready()
    os.kill(host.supervisor.forkserver_pid_under(runtime) or 0, signal.SIGKILL)
    assert concerned.end().code == "sandbox_host_died"
    assert neighbour.get()[0] == 200
    assert host.run(WORKS, runtime).ready().get()[0] == 200


def test_a_runtime_that_can_not_be_confined_is_refused_and_the_others_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = runtime_host.probe
    leak = ProbeRow("seccomp", "read a file", True, False, "it was allowed")
    monkeypatch.setattr(
        runtime_host, "probe", lambda runtime: ProbeReport((leak,), runtime) if runtime == "gevent" else real(runtime)
    )
    with Host(tmp_path) as host:
        for _ in range(2):
            with pytest.raises(SandboxesUnavailable, match="can't confine a program under gevent "):
                host.supervisor.start(
                    Program({"server.py": WORKS}, "gevent"), learner="Ada", purpose="run", watcher=Memory()
                )
        assert host.supervisor.forkserver_pid_under("gevent") is None
        assert host.supervisor.unavailable is None
        assert host.run(WORKS).ready().get()[0] == 200
        assert host.run(WORKS, "gevent-patched").ready().get()[0] == 200


IN_A_GEVENT_SITE = """
from gevent import monkey
monkey.patch_all()
import gevent, sys
from pathlib import Path
from tests.stage.host import Host
from tests.sandbox.host.test_runtimes import WORKS

beats = 0
def heartbeat():
    global beats
    while True:
        gevent.sleep(0.01)
        beats += 1

with Host(Path(sys.argv[1])) as host:
    gevent.spawn(heartbeat)
    for runtime in ("gevent", "gevent-patched", "threading"):
        assert gevent.spawn(lambda: host.run(WORKS, runtime).ready().get()).get() == (200, "127.0.0.1")
    assert beats > 20, beats
print("all well")
"""


def test_the_site_goes_on_while_a_fork_server_warms_up(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IN_A_GEVENT_SITE, str(tmp_path)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )
    assert done.stdout == "all well\n", done.stderr[-3000:]
