"""Every statement that lesson 7 makes about behaviour, under the runtimes that it speaks of.

Times are compared with the length of the job itself, never with a number of milliseconds: machines differ.
"""

from __future__ import annotations

import queue
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.live.disturbed import Disturbed
from tests.sandbox.gateway.stage import until
from tests.stage.javascript import javascript
from tests.stage.page import Page
from tests.stage.running_site import RunningSite
from tests.stage.serving import PATIENCE, Client, Served, client, serving, wire

pytestmark = pytest.mark.programs

EXAMPLES = Path(__file__).parents[1] / "examples"
PATCH = "from gevent import monkey\nmonkey.patch_all()\n"
MOST, LITTLE = 0.6, 0.5
"""Shares of the job: who is held up for most of it, and who hardly notices."""


@contextmanager
def under(runtime: str, name: str, folder: Path) -> Iterator[Served]:
    """Serve an example under a runtime."""
    source = (EXAMPLES / f"{name}.py").read_text()
    if runtime == "threading":
        source = source.replace("SocketIO(app", 'SocketIO(app, async_mode="threading"', 1)
    if runtime == "gevent-patched":
        source = PATCH + source
    with serving(source, folder) as served:
        yield served


def is_frozen_by(served: Served, job: str) -> bool:
    """Say whether a bystander waits for most of the time that the job takes."""
    with client(served) as worker, client(served) as bystander:
        return one_share(worker, bystander, job) > MOST


def is_free_beside(served: Served, job: str) -> bool:
    """Say whether a bystander hardly notices. Tried up to three times: a busy machine can only make it look worse."""
    with client(served) as worker, client(served) as bystander:
        return any(one_share(worker, bystander, job) < LITTLE for _ in range(3))


def one_share(worker: Client, bystander: Client, job: str) -> float:
    """Return the longest that the bystander waited for an answer, as a share of the time the job took."""
    bystander.ask("ping")
    begun = time.monotonic()
    done = worker.emit(job)
    worst = 0.0
    while done.empty() and time.monotonic() - begun < PATIENCE:
        asked = time.monotonic()
        assert bystander.ask("ping") == ("pong",)
        worst = max(worst, time.monotonic() - asked)
        time.sleep(0.01)
    return worst / max(1.5, time.monotonic() - begun)


# Who has to wait


@pytest.mark.timed
@pytest.mark.parametrize("job", ["cpu", "cpu_in_task"])
def test_threads_share_the_processor(tmp_path: Path, job: str) -> None:
    with under("threading", "jobs", tmp_path) as served:
        assert is_free_beside(served, job)


@pytest.mark.parametrize("runtime", ["gevent", "gevent-patched"])
def test_under_gevent_a_computing_handler_holds_everybody_up(tmp_path: Path, runtime: str) -> None:
    with under(runtime, "jobs", tmp_path) as served:
        assert is_frozen_by(served, "cpu")


@pytest.mark.parametrize("runtime", ["gevent", "gevent-patched"])
def test_under_gevent_a_background_task_that_computes_holds_everybody_up(tmp_path: Path, runtime: str) -> None:
    """The acknowledgement may come before or after the freeze; the bystander meets it all the same."""
    with under(runtime, "jobs", tmp_path) as served, client(served) as worker, client(served) as bystander:
        worker.emit("cpu_in_task")
        waits = []
        for _ in range(3):
            asked = time.monotonic()
            assert bystander.ask("ping") == ("pong",)
            waits.append(time.monotonic() - asked)
        assert max(waits) > 1.5 * MOST


@pytest.mark.parametrize(("runtime", "held_up"), [("threading", False), ("gevent", True), ("gevent-patched", False)])
def test_time_sleep_stops_everybody_under_unpatched_gevent_only(tmp_path: Path, runtime: str, held_up: bool) -> None:
    with under(runtime, "jobs", tmp_path) as served:
        assert is_frozen_by(served, "sleep") if held_up else is_free_beside(served, "sleep")


@pytest.mark.parametrize("runtime", ["threading", "gevent"])
def test_socketio_sleep_stops_nobody(tmp_path: Path, runtime: str) -> None:
    source = (EXAMPLES / "jobs.py").read_text().replace("time.sleep(SECONDS)", "socketio.sleep(SECONDS)")
    (tmp_path / "jobs.py").write_text(source)
    mode = source.replace("SocketIO(app)", f'SocketIO(app, async_mode="{runtime}")')
    with serving(mode, tmp_path) as served:
        assert is_free_beside(served, "sleep")


# What helps


@pytest.mark.timed
@pytest.mark.parametrize("runtime", ["threading", "gevent"])
def test_short_real_pauses_let_the_others_in(tmp_path: Path, runtime: str) -> None:
    with under(runtime, "jobs", tmp_path) as served:
        assert is_free_beside(served, "cpu_yielding")


@pytest.mark.timed
def test_a_pause_of_zero_is_worse_than_a_real_one(tmp_path: Path) -> None:
    shares = []
    for pause in ("0.001", "0"):
        folder = tmp_path / pause
        folder.mkdir()
        with serving((EXAMPLES / "jobs.py").read_text().replace("pause=0.001", f"pause={pause}"), folder) as served:
            with client(served) as worker, client(served) as bystander:
                shares.append(min(one_share(worker, bystander, "cpu_yielding") for _ in range(2)))
    assert shares[1] > 2 * shares[0]


def test_the_thread_pool_lets_the_others_in(tmp_path: Path) -> None:
    with under("gevent", "jobs", tmp_path) as served:
        assert is_free_beside(served, "cpu_in_threadpool")


def heard_in(ada: Client, seconds: float) -> list[float]:
    """Return when four events, or fewer, arrived within that time, in seconds from now."""
    began, times = time.monotonic(), []
    while len(times) < 4 and (left := began + seconds - time.monotonic()) > 0:
        try:
            ada.received.get(timeout=left)
        except queue.Empty:
            break
        times.append(time.monotonic() - began)
    return times


def test_what_the_pool_emits_comes_at_the_end(tmp_path: Path) -> None:
    with serving(EXAMPLES / "news_from_a_thread.py") as served, client(served) as ada:
        ada.emit("bake")
        late = heard_in(ada, PATIENCE)
        assert len(late) == 4 and late[0] >= 2  # four half seconds are over when the first one comes
        ada.emit("bake_well")
        times = heard_in(ada, PATIENCE)
        assert len(times) == 4 and times[-1] - times[0] > 1


def test_from_a_thread_of_your_own_nothing_may_come(tmp_path: Path) -> None:
    """Nothing wakes the server until the next packet arrives, here after three seconds."""
    own = (EXAMPLES / "news_from_a_thread.py").read_text()
    own = own.replace(
        "get_hub().threadpool.apply(bake_all, (request.sid,))", "Thread(target=bake_all, args=(request.sid,)).start()"
    )
    with serving("from threading import Thread\n" + own, tmp_path) as served, client(served) as ada:
        ada.emit("bake")
        assert len(heard_in(ada, 3)) < 4
        ada.ask("bake_well")
        assert len(heard_in(ada, 1)) >= 4


# Frozen for too long


SHORTER_FREEZE = """
const y = connect({ reconnection: false }), told = [];
y.on("disconnect", (reason) => told.push(reason));
await once(y, "connect");
await once(y.io.engine, "ping");
await new Promise((done) => setTimeout(done, 1600));
const z = connect({ reconnection: false });
await once(z, "connect");
z.emit("freeze");
await new Promise((done) => setTimeout(done, 2300));
await z.emitWithAck("here");
say(told, z.connected);
"""


@pytest.mark.timed
def test_a_shorter_freeze_loses_those_who_were_asked_long_ago(tmp_path: Path) -> None:
    """A freeze of 1.8 s, with 2 s between two questions and 1 s for the answer: it is far from the 3 s of both."""
    program = (EXAMPLES / "long_freeze.py").read_text()
    program = program.replace("ping_interval=1, ping_timeout=1", 'async_mode="gevent", ping_interval=2, ping_timeout=1')
    program = program.replace("+ 5", "+ 1.8").replace(
        "socketio.run", 'socketio.on_event("here", lambda: None)\nsocketio.run'
    )
    with serving(program, tmp_path) as served:
        assert javascript(served, SHORTER_FREEZE) == [[["ping timeout"], True]]


def test_a_long_freeze_disconnects_everybody(tmp_path: Path) -> None:
    with under("gevent", "long_freeze", tmp_path) as served, wire(served) as busy, wire(served) as innocent:
        busy.send('42["freeze"]')
        assert innocent.receive() == ""  # it answered every question that came, and was hung up on
        served.wait_for_line("ping timeout")
        assert busy.receive() == ""
        with served.changed:
            assert served.changed.wait_for(lambda: "".join(served.lines).count("gone:") == 2, PATIENCE), served.lines


# One number, many hands


def test_a_bare_counter_loses_counts_and_a_locked_one_does_not(tmp_path: Path) -> None:
    with serving(EXAMPLES / "lost_counts.py", cold=True) as served, client(served) as ada:
        ada.ask("hurry")
        deadline = time.monotonic() + PATIENCE
        while ada.ask("totals")[0]["locked"] < 8:
            assert time.monotonic() < deadline
        [totals] = ada.ask("totals")
        assert totals["locked"] == 8
        assert totals["bare"] < 8


@pytest.mark.parametrize("runtime", ["gevent", "threading"])
def test_a_lock_held_over_a_pause_stops_an_unpatched_gevent_server_for_good(tmp_path: Path, runtime: str) -> None:
    program = (EXAMPLES / "held_lock.py").read_text().replace('"gevent"', f'"{runtime}"')
    with serving(program, tmp_path) as served, client(served) as ada, client(served) as ben:
        answers = [ada.emit("add"), ben.emit("add")]
        if runtime == "threading":
            assert sorted(answer.get(timeout=PATIENCE) for answer in answers) == [(1,), (2,)]
            return
        pinged = ben.emit("ping")
        with pytest.raises(queue.Empty):
            pinged.get(timeout=1.5)
        assert [answer.empty() for answer in answers] == [True, True]
        served.process.kill()


def test_patched_the_lock_is_gevents_own(tmp_path: Path) -> None:
    with serving(PATCH + (EXAMPLES / "held_lock.py").read_text(), tmp_path) as served:
        with client(served) as ada, client(served) as ben:
            answers = [ada.emit("add"), ben.emit("add")]
            assert ada.ask("ping") == ("pong",)
            assert sorted(answer.get(timeout=PATIENCE) for answer in answers) == [(1,), (2,)]


LOOPS = """
import time
from flask import Flask
from flask_socketio import SocketIO
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
names = {}
@socketio.on("join")
def join(name): names[name] = name
@socketio.on("look")
def look(copied):
    for name in (list(names) if copied else names):
        print("looked at", name)
        time.sleep(0.5)
    return "all seen"
@socketio.on_error_default
def went_wrong(error): return str(error)
socketio.run(app)
"""


def test_a_loop_over_what_others_change_raises_and_a_loop_over_a_copy_does_not(tmp_path: Path) -> None:
    with serving(LOOPS, tmp_path) as served, client(served) as ada:
        ada.ask("join", "Ada")
        looks = {copied: ada.emit("look", copied) for copied in (True, False)}
        with served.changed:
            assert served.changed.wait_for(lambda: served.lines.count("looked at Ada") == 2, PATIENCE)
        ada.ask("join", "Ben")
        assert looks[True].get(timeout=PATIENCE) == ("all seen",)
        assert looks[False].get(timeout=PATIENCE) == ("dictionary changed size during iteration",)


COUNTER = """
import time
from threading import Lock
from flask import Flask
from flask_socketio import SocketIO
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading", async_handlers={handlers})
total = 0
@socketio.on("add")
def add():
    global total
    with {lock}:
        seen = total
        time.sleep(0.01)
        total = seen + 1
    return total
@socketio.on("total")
def tell():
    return total
socketio.run(app)
"""


def counted(served: Served, clients: int, events: int) -> int:
    """Let several clients send several events at once, and return what the counter says afterwards."""
    joined = [Client(served.url) for _ in range(clients)]
    try:
        answers = [each.emit("add") for _ in range(events) for each in joined]
        for answer in answers:
            answer.get(timeout=PATIENCE)
        return int(joined[0].ask("total")[0])
    finally:
        for each in joined:
            each.close()


def test_a_new_lock_for_each_call_protects_nothing(tmp_path: Path) -> None:
    with serving(COUNTER.format(handlers=True, lock="Lock()"), tmp_path) as served:
        assert counted(served, 1, 20) < 20


def test_async_handlers_off_still_lets_clients_overlap(tmp_path: Path) -> None:
    program = COUNTER.format(handlers=False, lock="__import__('contextlib').nullcontext()")
    with serving(program, tmp_path) as served:
        assert counted(served, 1, 20) == 20
        assert counted(served, 4, 20) < 20 + 80


# More than one process


def test_a_session_of_one_process_is_unknown_to_another(tmp_path: Path) -> None:
    with under("threading", "result_to_one", tmp_path) as first:
        (tmp_path / "second").mkdir()
        with under("threading", "result_to_one", tmp_path / "second") as second:
            address = "/socket.io/?EIO=4&transport=polling"
            opened = requests.get(first.url + address, timeout=PATIENCE).text
            sid = opened.split('"sid":"')[1].split('"')[0]
            elsewhere = requests.get(f"{second.url}{address}&sid={sid}", timeout=PATIENCE)
            assert (elsewhere.status_code, elsewhere.json()) == (400, f"Invalid session {sid}")


QUEUE = (
    "from flask import Flask; from flask_socketio import SocketIO; "
    "s = SocketIO(Flask('x'), async_mode='{mode}', message_queue='redis://127.0.0.1:1'); "
    "print(type(s.server.manager).__name__); s.server.manager.set_server(s.server); s.server.manager.initialize()"
)


def test_a_queue_is_asked_for_by_its_address() -> None:
    program = QUEUE.format(mode="threading").rsplit(";", 1)[0]
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert said.stdout.strip() == "RedisManager", said.stderr


def test_an_unpatched_gevent_server_refuses_a_queue() -> None:
    program = QUEUE.format(mode="gevent")
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert "requires a monkey patched socket library to work with gevent" in said.stderr
    patched = subprocess.run(
        [sys.executable, "-c", f"{PATCH}{program}; import os; os._exit(0)"], capture_output=True, text=True, timeout=60
    )
    assert "monkey patched" not in patched.stderr


# A task that knows whom it works for


def test_a_task_sends_its_result_to_the_one_who_asked(tmp_path: Path) -> None:
    with under("threading", "result_to_one", tmp_path) as served, client(served) as ada, client(served) as bob:
        assert ada.ask("order", "soup") == ("it takes two seconds",)
        assert bob.ask("order", "cake") == ("it takes two seconds",)
        assert ada.next() == ("served", ("soup",))
        assert bob.next() == ("served", ("cake",))
        assert ada.received.empty()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_slow_line_is_slow_twice_and_for_nobody_else(tmp_path: Path) -> None:
    site = RunningSite(tmp_path / "course").start()
    try:
        with (
            Page(site.url, "/lessons/playground") as page,
            Disturbed(page, (EXAMPLES / "jobs.py").read_text(), exercise="scratch", tags="AB") as running,
        ):
            running.fault("delay", amount=500)
            answers: list[str] = []
            began = time.monotonic()
            running.clients["A"].emit("ping", callback=lambda *_: answers.append("A"))
            running.clients["B"].emit("ping", callback=lambda *_: answers.append("B"))
            until(lambda: len(answers) == 2)
            assert time.monotonic() - began >= 1
            assert answers == ["B", "A"]
    finally:
        site.stop()
