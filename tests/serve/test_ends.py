"""The site ends when it is told to: soon, quietly, with all its processes; and one that refuses to start ends as well."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest
import requests

from tests.serve.modes import MODES, in_mode
from tests.stage.ports import free_port
from tests.stage.quick_to_close import QuickToClose
from tests.stage.running_site import GUNICORN, ROOT, RunningSite

SOON = 6.0
"""Three times what is promised. An open WebSocket used to hold the end up for as long as the master would wait."""
PATIENCE = 60.0


def open_websocket(site: RunningSite) -> QuickToClose:
    connection = QuickToClose()
    connection.connect(f"ws://127.0.0.1:{site.port}/socket.io/?EIO=4&transport=websocket", timeout=PATIENCE)
    assert str(connection.recv()).startswith("0{")
    return connection


@pytest.mark.programs
@pytest.mark.parametrize(("mode", "number"), [("development", signal.SIGINT), ("production", signal.SIGTERM)])
def test_it_ends_soon_and_tells_everybody(tmp_path: Path, mode: str, number: int) -> None:
    site = in_mode(mode, tmp_path).start()
    processes = psutil.Process(site.pid).children(recursive=True)
    idle = socket.create_connection(("127.0.0.1", site.port))
    with closing(open_websocket(site)) as page, idle:
        since = time.monotonic()
        os.kill(site.pid, number)
        assert page.recv() == "1"  # Engine.IO's word for the end: a browser comes back by itself
        assert site.wait(PATIENCE) == 0
        assert time.monotonic() - since < SOON
        assert idle.recv(1) == b""
    assert psutil.wait_procs(processes, PATIENCE)[1] == []
    assert site.errors() == "" and "WARNING" not in site.log.read_text()
    if mode == "development":
        assert site.log.read_text().endswith("\n  Stopped.\n")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seconds", [0.3, 1.6])
def test_a_signal_while_it_starts_ends_it_without_a_traceback(tmp_path: Path, mode: str, seconds: float) -> None:
    """At any of these moments, which differ from machine to machine; no moment is a wrong one."""
    site = in_mode(mode, tmp_path, SANDBOX="off")
    site.launch()
    with pytest.raises(subprocess.TimeoutExpired):
        site.wait(seconds)
    processes = psutil.Process(site.pid).children(recursive=True)
    os.kill(site.pid, signal.SIGTERM)
    assert site.wait(PATIENCE) in (0, -signal.SIGTERM)
    assert psutil.wait_procs(processes, PATIENCE)[1] == []
    assert site.errors() == ""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere clients wait, and the worker takes a second to see it")
def test_a_worker_lets_nobody_wait_while_it_starts_and_ends_with_its_master(tmp_path: Path) -> None:
    """A balancer then asks another process; a connection that is accepted would hang until this one is up."""
    site = in_mode("production", tmp_path, SANDBOX="off")
    site.launch()
    assert refusals_until_it_answers(site, "Booting worker") > 0
    (fallen,) = psutil.Process(site.pid).children()
    fallen.kill()
    assert refusals_until_it_answers(site, "SIGKILL") > 0
    (worker,) = psutil.Process(site.pid).children()
    with closing(open_websocket(site)):
        site.kill()
        worker.wait(PATIENCE)
    with socket.socket() as another:
        another.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        another.bind(("0.0.0.0", site.port))
    assert "Traceback" not in site.log.read_text()


def refusals_until_it_answers(site: RunningSite, since: str) -> int:
    """Return how often the site could not be connected to, once this stood in its log; it never lets a client wait."""
    refused = 0
    while not answers(site) or since not in site.log.read_text():
        assert site.poll() is None, site.log.read_text()
        refused += since in site.log.read_text()
    return refused


def answers(site: RunningSite) -> bool:
    """Return whether the site answers. It may refuse to be connected, but never let a client wait."""
    try:
        return requests.get(f"{site.url}/healthz", timeout=PATIENCE / 2).ok
    except requests.ConnectionError:
        return False


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"WEB_CONCURRENCY": "2"}, "WEB_CONCURRENCY is more than 1"),
        ({"PRODUCTION": "1"}, "SECRET_KEY must be set"),
        ({"SANDBOX": "perhaps"}, "SANDBOX is 'perhaps'"),
        ({"ALLOWED_HOSTS": "https://example.org"}, "ALLOWED_HOSTS has 'https://example.org'"),
        ({"CONNECTIONS": "many"}, "CONNECTIONS is 'many'"),
        ({"DATABASE_URL": "sqlite:////no/such/folder/site.sqlite"}, "unable to open database file"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_site_that_refuses_to_start_ends(tmp_path: Path, environment: dict[str, str], sentence: str) -> None:
    run = subprocess.run(
        [sys.executable, *GUNICORN],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "INSTANCE_DIR": str(tmp_path), "PORT": str(free_port()), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    assert run.returncode not in (0, None) and sentence in run.stdout
    assert run.stdout.count("Booting worker") == (1 if "DATABASE_URL" in environment else 0)
    if "DATABASE_URL" not in environment:
        assert "Traceback" not in run.stdout and len(run.stdout.splitlines()) == 1


def test_whatever_refuses_to_start_ends_the_master_too(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text("import sys\n\nsys.exit('Not today.')\n")
    options = ["-k", "course.serve.worker.SiteWorker", "-b", f"127.0.0.1:{free_port()}", "--no-control-socket"]
    run = subprocess.run(
        [sys.executable, "-m", "gunicorn", *options, "server:app"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    assert run.returncode == 4
    assert run.stdout.count("Booting worker") == 1 and "Not today." in run.stdout and "Traceback" not in run.stdout
