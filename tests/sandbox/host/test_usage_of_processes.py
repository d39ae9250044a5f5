"""What is asked of the kernel about a process, against real ones."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from course.sandbox.host import processes
from course.sandbox.host.processes import processor_seconds, usage_of
from tests.sandbox.gateway.stage import until

MB = 1024 * 1024


@pytest.fixture
def living() -> object:
    """Start pieces of Python that say "there" and stay until they are told to go."""
    started: list[subprocess.Popen[bytes]] = []

    def start(source: str) -> int:
        command = [sys.executable, "-c", f"{source}\nimport sys\nsys.stdin.read()"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"there\n"
        return process.pid

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_memory_and_threads(living: Callable[[str], int]) -> None:
    usage = usage_of(
        living(
            "import threading\nhoard = b'x' * (50 << 20)\n"
            "for _ in range(7): threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
            "print('there', flush=True)"
        )
    )
    assert usage is not None
    assert usage.threads == 8 and not usage.main_thread_gone
    assert 50 * MB < usage.memory_bytes < 90 * MB


@pytest.mark.parametrize("clock", ["by its clock", "by its file"])
def test_processor_time_of_all_threads(
    living: Callable[[str], int], monkeypatch: pytest.MonkeyPatch, clock: str
) -> None:
    if clock == "by its file":
        monkeypatch.delattr(processes.time, "clock_gettime")
    pid = living(
        "import threading, time\n"
        "def compute():\n    while time.thread_time() < 0.15: pass\n"
        "for thread in [threading.Thread(target=compute) for _ in range(2)]: thread.start(); thread.join()\n"
        "print('there', flush=True)"
    )
    used = processor_seconds(pid)
    assert used is not None and 0.28 < used < 5


def test_tables_of_pages_are_memory_too(living: Callable[[str], int]) -> None:
    usage = usage_of(
        living(
            "import ctypes\nlibrary = ctypes.CDLL(None)\nlibrary.mmap.restype = ctypes.c_void_p\n"
            "for number in range(2000):\n"
            "    where = library.mmap(ctypes.c_void_p((1 << 44) + (number << 30)), 4096, 3, 0x32, -1, 0)\n"
            "    ctypes.memset(where, 1, 1)\n"
            "print('there', flush=True)"
        )
    )
    assert usage is not None
    assert usage.memory_bytes > (2000 * 3 * 4096) + 5 * MB


def test_a_main_thread_that_is_gone_is_seen_and_the_rest_is_counted_on(living: Callable[[str], int]) -> None:
    pid = living(
        "import ctypes, threading, time\n"
        "def go_on():\n    print('there', flush=True)\n    while True: time.sleep(0.01)\n"
        "threading.Thread(target=go_on).start()\n"
        "ctypes.CDLL(None).syscall(60 if __import__('os').uname().machine == 'x86_64' else 93, 0)"
    )

    def gone() -> bool:
        usage = usage_of(pid)
        return usage is not None and usage.main_thread_gone

    until(gone)
    usage = usage_of(pid)
    assert usage is not None
    assert usage.memory_bytes == 0, "the kernel tells again: a program without a main thread need not end"
    assert processor_seconds(pid) is not None


def test_who_is_gone() -> None:
    assert usage_of(2**22 + 1) is processor_seconds(2**22 + 1) is None
