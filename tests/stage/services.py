"""Real nginx, Redis and gunicorn for the claims about production: each is started by a test, on a port of its own.

Nothing else on the machine is touched: each has its configuration and its files in a temporary folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.stage.ports import free_port
from tests.stage.serving import PATIENCE


@dataclass
class Service:
    """A running service: its port, its process and what it has printed."""

    port: int
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)


def installed(name: str) -> str:
    """Return the program's path; without it the test is skipped, or fails where REQUIRE_SERVICES is set."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if path:
        return path
    why = f"no {name} here (install the package; REQUIRE_SERVICES=1 makes this a failure)"
    if os.environ.get("REQUIRE_SERVICES"):
        pytest.fail(why)
    pytest.skip(why)


@contextmanager
def service(port: int, command: list[str], folder: Path, until: str, **environment: str) -> Iterator[Service]:
    """Run a command until the end of the block, which begins once a line says that it is ready."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **environment},
        start_new_session=True,
    )
    running, ready = Service(port, process), threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            running.lines.append(line.rstrip("\n"))
            if until in line:
                ready.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        assert ready.wait(PATIENCE), "\n".join(running.lines)
        yield running
    finally:
        if process.poll() is None or running.lines:
            _end(process)
        reader.join()
        assert process.stdout is not None
        process.stdout.close()


def _end(process: subprocess.Popen[str]) -> None:
    """End the whole process group: workers, too, which may outlive the process that started them."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


@contextmanager
def gunicorn(program: str, folder: Path, *options: str, **environment: str) -> Iterator[Service]:
    """Serve a program's text with one gunicorn worker, in a folder of its own."""
    port = free_port()
    here = folder / f"gunicorn-{port}"
    here.mkdir()
    (here / "server.py").write_text(program)
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-b",
        f"127.0.0.1:{port}",
        "--no-control-socket",
        *options,
        "server:app",
    ]
    with service(port, command, here, "Booting worker", **environment) as running:
        yield running


@contextmanager
def redis(folder: Path) -> Iterator[Service]:
    """A Redis that keeps nothing."""
    port = free_port()
    command = [
        installed("redis-server"),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    with service(port, command, folder, "Ready to accept connections") as running:
        yield running


@contextmanager
def nginx(configuration: str, folder: Path, changes: Mapping[str, str]) -> Iterator[Service]:
    """Run nginx with a configuration to which each of `changes` is applied once; ``listen 80`` becomes a free port."""
    port = free_port()
    here = folder / f"nginx-{port}"
    here.mkdir()
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = " ".join(f"{kind}_temp_path {here}/{kind};" for kind in kinds)
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{port};",
        "http {": f"http {{ {paths} access_log off;",
        **changes,
    }.items():
        assert configuration.count(old) == 1, f"{old!r} is not in the configuration once"
        configuration = configuration.replace(old, new)
    (here / "nginx.conf").write_text(configuration)
    ready = "start worker process"
    command = [installed("nginx"), "-p", str(here), "-c", "nginx.conf", "-e", "stderr"]
    with service(port, [*command, "-g", "daemon off; pid nginx.pid; error_log stderr notice;"], here, ready) as running:
        yield running
