"""Threads are counted for processes that have no user of their own: by real filters, in processes that are forked here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from course.sandbox.confinement.thread_listener import kernel_can_ask

pytestmark = [
    pytest.mark.programs,
    pytest.mark.both_modes,
    pytest.mark.skipif(not kernel_can_ask(), reason="this kernel asks nobody about threads"),
]

ROOT = Path(__file__).parents[3]

STAGE = """
import gc, os, select, socket, sys, threading, time
from course.sandbox import native
from course.sandbox.confinement import seccomp, thread_listener
from course.sandbox.confinement.seccomp_numbers import this_machine
from course.sandbox.forkserver import thread_gate

machine = this_machine()
poll = native.poll()
gate = thread_gate.ThreadGate(poll)
stop = threading.Event()
reports, words = os.pipe()

def start(number):
    # Start so many threads that stay, and return how many there were.
    for started in range(number):
        try:
            threading.Thread(target=stop.wait, daemon=True).start()
        except RuntimeError:
            return started
    return number

def fork(act, job="job", threads=10, listener=True):
    # A child whose threads are counted, and which says what `act` returned.
    counted, theirs = gate.expect(job, threads)
    pid = os.fork()
    if pid == 0:
        try:
            seccomp.call(machine, "prctl", 38, 1, 0, 0, 0)
            if listener:
                thread_listener.hand_over(machine, theirs)
            else:
                theirs.close()
            newer = seccomp.Rule("clone3", ("clone3",), seccomp.refuse(38))
            seccomp.install(seccomp.assemble(seccomp.compile_filter([newer], machine, default=seccomp.ALLOW)), machine)
            os.write(words, f"{act()}\\n".encode())
            time.sleep(60)
        finally:
            os._exit(0)
    theirs.close()
    gate.admit(counted, pid)
    return pid

def serve(said):
    # Answer until the children have said so many lines; return the lines, sorted.
    poll.register(reports, select.POLLIN)
    text, end = "", time.monotonic() + 20
    while text.count("\\n") < said and time.monotonic() < end:
        patience = gate.patience()
        events = dict(poll.poll(1000 if patience is None else patience))
        gate.hear(events)
        if reports in events:
            text += os.read(reports, 4096).decode()
    poll.unregister(reports)
    return sorted(text.split())

def end(*pids):
    for pid in pids:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        gate.forget(pid)

def open_descriptors():
    return len(os.listdir("/proc/self/fd"))

"""


def printed(source: str) -> str:
    """Return what the source printed behind the stage."""
    done = subprocess.run(
        [sys.executable, "-c", STAGE + source], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_one_thread_too_many_is_refused() -> None:
    assert printed("pid = fork(lambda: start(30)); print(serve(1)); end(pid)") == "['9']"  # and the main thread


def test_what_has_ended_counts_no_more() -> None:
    source = """
def again():
    first = start(30)
    stop.set()
    while threading.active_count() > 1:
        time.sleep(0.01)
    stop.clear()
    return f"{first}+{start(30)}"
pid = fork(again); print(serve(1)); end(pid)
"""
    assert printed(source) == "['9+9']"


def test_a_thread_may_start_threads_too() -> None:
    source = """
def within():
    counts = []
    thread = threading.Thread(target=lambda: counts.append(start(30)))
    thread.start()
    thread.join()
    return counts[0]
pid = fork(within); print(serve(1)); end(pid)
"""
    assert printed(source) == "['8']"


def test_two_processes_of_one_job_share_a_limit_and_another_job_has_its_own() -> None:
    source = """
ours = [fork(lambda: start(5)), ]
print(serve(1))
ours.append(fork(lambda: start(30)))
print(serve(1))
ours.append(fork(lambda: start(30), job="another"))
print(serve(1))
end(*ours)
"""
    assert printed(source).split() == ["['5']", "['3']", "['9']"]


def test_who_starts_threads_without_end_waits_and_nobody_else_does() -> None:
    source = """
thread_gate.STARTS_PER_SECOND = 20
def flood():
    while True:
        thread = threading.Thread(target=int)
        thread.start()
        thread.join()
hostile = fork(flood, job="hostile")
serve_for = time.monotonic() + 0.5
while time.monotonic() < serve_for:
    gate.hear(dict(poll.poll(50)))
good = fork(lambda: start(5))
before = time.monotonic()
print(serve(1), time.monotonic() - before < 5)
cpu = time.process_time()
serve_for = time.monotonic() + 1
while time.monotonic() < serve_for:
    gate.hear(dict(poll.poll(gate.patience())))
print("rests" if time.process_time() - cpu < 0.2 else time.process_time() - cpu)
end(hostile, good)
"""
    assert printed(source).splitlines() == ["['5'] True", "rests"]


@pytest.mark.parametrize("moment", ["before it has a listener", "with threads", "while it rests"])
def test_nothing_is_left_of_a_process_that_has_ended(moment: str) -> None:
    source = f"""
moment = {moment!r}
thread_gate.STARTS_PER_SECOND = 3 if moment == "while it rests" else 100
before = open_descriptors()
for _ in range(3):
    pid = fork(lambda: start(5))
    if moment == "with threads":
        serve(1)
    if moment == "while it rests":
        while gate.patience() is None:
            gate.hear(dict(poll.poll(1000)))
    end(pid)
    gate.hear(dict(poll.poll(0)))
print(open_descriptors() - before, gate._children, gate._resting)
"""
    assert printed(source) == "0 {} []"


def test_a_child_that_dies_before_it_is_forgotten_holds_nobody_up() -> None:
    source = """
first = fork(lambda: start(3))
serve(1)
os.kill(first, 9)
os.waitpid(first, 0)
second = fork(lambda: start(30))
print(serve(1))
gate.forget(first)
end(second)
"""
    assert printed(source) == "['9']"


def test_a_child_without_a_listener_is_left_to_the_watchdog() -> None:
    assert printed("pid = fork(lambda: start(30), listener=False); print(serve(1)); end(pid)") == "['30']"


@pytest.mark.parametrize(
    ("release", "can"), [("6.18.44-fc", True), ("5.5.0", True), ("5.4.0-150", False), ("4.4.0", False), ("?", False)]
)
def test_older_kernels_are_not_asked(monkeypatch: pytest.MonkeyPatch, release: str, can: bool) -> None:
    uname = os.uname()
    monkeypatch.setattr(os, "uname", lambda: os.uname_result((uname[0], uname[1], release, uname[3], uname[4])))
    assert kernel_can_ask() == can
