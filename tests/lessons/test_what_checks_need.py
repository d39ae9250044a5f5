"""What the lessons' exercises ask for can be checked in a few lines, under every runtime, in the real sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stage.exercises import Exercise, Report, Stage

pytestmark = pytest.mark.programs

TASK = "---\ntitle: Planted\nminutes: 1\nruntime: {runtime}\n---\n"

PROGRAM = """
import hashlib
import threading

from flask import Flask, request
from flask_socketio import ConnectionRefusedError, SocketIO, call, disconnect, emit, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="{async_mode}", ping_interval={ping}, ping_timeout={ping})
lock = threading.Lock()
counter = [0]


@socketio.on("connect")
def connect(auth):
    if auth and auth["token"] != "right":
        raise ConnectionRefusedError("bad token", {{"code": 7}})


@socketio.on("disconnect")
def gone(reason):
    socketio.emit("offline", request.sid)


@socketio.on("whisper")
def whisper(sid, text):
    emit("whisper", text, to=sid)


@socketio.on("progress")
def progress():
    for step in range(4):
        emit("progress", step)
        socketio.sleep(0.2)


@socketio.on("count")
def count():
    with lock:
        number = counter[0]
        counter[0] = number + 1
        return number


@socketio.on("receipt")
def receipt(sid):
    try:
        return call("read?", to=sid, timeout=0.3)
    except Exception as error:
        return type(error).__name__


@socketio.on("kick")
def kick(sid):
    disconnect(sid, namespace="/")


@app.post("/announce")
def announce():
    socketio.emit("news", request.get_json(), to="red", namespace="/chat")
    return "", 204


@socketio.on("join", namespace="/chat")
def join(room):
    join_room(room)
    return "joined"


@socketio.on("ping")
def ping():
    return "pong"


def digest(times):
    data = b"x"
    for _ in range(times):
        data = hashlib.sha256(data).digest()
    return data.hex()


@socketio.on("hash")
def compute(times):
    {compute}


socketio.run(app)
"""

CHECKS = '''
from course.grading.author import ANY, Server, check, random_word, spread, together


@check
def token_gate(server: Server) -> None:
    """Token gate"""
    refusal = server.refused("eve", auth={"token": random_word()})
    assert (refusal.message, refusal.data, refusal.heard) == ("bad token", {"code": 7}, [])
    server.client("ann", auth={"token": "right"}).expect_connected()
    assert server.handshake(origin="http://elsewhere.example").status == 400


@check
def private_message(server: Server) -> None:
    """Private message"""
    ann, ben, eve = server.clients("ann", "ben", "eve")
    text = random_word()
    ann.emit("whisper", ben.sid, text)
    eve.expect_nothing(after=ben.expect_event("whisper", text))


@check
def announcement(server: Server) -> None:
    """Announcement to one room of one namespace"""
    member, other = (server.client(name, namespace="/chat") for name in ("member", "other"))
    outsider = server.client("outsider", transports=("polling",))
    member.ask("join", "red").expect("joined")
    posted = server.http("POST", "/announce", json={"text": "hi"})
    posted.expect_status(204)
    member.expect_exactly("news", {"text": "hi"}, after=posted)
    other.expect_nothing(after=posted)
    outsider.expect_nothing(after=posted, event="news")


@check
def progress(server: Server) -> None:
    """Progress as it is made"""
    asker = server.client("asker")
    asker.emit("progress")
    assert spread(asker.expect_events("progress", times=4, within=4)) > 0.3


@check
def counter(server: Server) -> None:
    """Counter under load"""
    clients = server.clients("ann", "ben", "cem", "dora")
    counted = together(*(lambda client=client: [client.ask("count").value for _ in range(25)] for client in clients))
    assert len({number for mine in counted for number in mine}) == 100


@check
def receipts(server: Server) -> None:
    """Read receipts"""
    ann, ben = server.clients("ann", "ben")
    ben.answers("read?", lambda: "yes")
    ann.ask("receipt", ben.sid).expect("yes")
    ben.ignores("read?")
    ann.ask("receipt", ben.sid).expect("TimeoutError")


@check
def presence(server: Server) -> None:
    """Presence"""
    observer, dead, silent, kicked = server.clients("observer", "dead", "silent", "kicked")
    dead.vanish()
    silent.freeze()
    observer.emit("kick", kicked.sid)
    kicked.expect_gone()
    for client in (dead, silent, kicked):
        observer.expect_event("offline", client.sid, within=10)
    for client in (dead, silent, kicked):
        observer.expect_exactly("offline", client.sid, after=observer.ask("ping"))
'''

CPU_JOB = '''

@check
def job(server: Server) -> None:
    """A job that freezes nobody"""
    worker, bystander = server.clients("worker", "bystander")
    with bystander.measuring("ping") as latency:
        worker.ask("hash", 2_000_000, within=20).expect(ANY)
    latency.expect_below(0.25, mistake="freezes")
'''


def checked(stage: Stage, folder: Path, runtime: str, compute: str, checks: str, ping: int) -> Report:
    (folder / "planted").mkdir()
    async_mode = runtime.removesuffix("-patched")
    (folder / "planted/server.py").write_text(PROGRAM.format(async_mode=async_mode, compute=compute, ping=ping))
    (folder / "checks.py").write_text(checks)
    (folder / "task.md").write_text(TASK.format(runtime=runtime))
    return stage.check(Exercise(folder), "planted")


@pytest.mark.parametrize("runtime", ["threading", "gevent", "gevent-patched"])
def test_it_can_be_checked_under_every_runtime(stage: Stage, tmp_path: Path, runtime: str) -> None:
    report = checked(stage, tmp_path, runtime, "return digest(times)", CHECKS, ping=1)
    assert report.passes, report


@pytest.mark.timed
@pytest.mark.parametrize(
    ("compute", "mistakes"),
    [
        ("import gevent; return gevent.get_hub().threadpool.apply(digest, (times,))", []),
        ("return digest(times)", ["freezes"]),
    ],
    ids=["elsewhere", "in the handler"],
)
def test_a_job_that_freezes_everybody_is_told_from_one_that_does_not(
    stage: Stage, tmp_path: Path, compute: str, mistakes: list[str]
) -> None:
    report = checked(stage, tmp_path, "gevent", compute, CHECKS.split("@check")[0] + CPU_JOB, ping=20)
    assert report.mistakes == mistakes, report
    assert report.passes is (not mistakes), report
