"""Runs every attack and writes the table: ``python -m tests.sandbox.attacks [file]`` (default docs/attacks.md).

As root it runs those on the sandbox once more as an ordinary user, in a copy of the tree (`.ci/in-a-copy`), where this
module is asked for its lines alone (``--lines``). Exits with 1 when an attack was not refused as expected.
"""

import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.sandbox.attacks import site_cases
from tests.sandbox.attacks.arena import Arena
from tests.sandbox.attacks.gateway_cases import CASES
from tests.sandbox.attacks.table import ATTACKS, Line, as_markdown, this_mode
from tests.sandbox.gateway.stage import Front, accepts, running, until
from tests.serve.cases import CASES as SITE_CASES
from tests.serve.modes import MODES, served_in
from tests.stage.ports import free_port
from tests.stage.running_site import RunningSite

ROOT = Path(__file__).parents[3]
WEB_SERVER = "gunicorn"

HEAD = """# Attacks on the sandbox

Each line is a small hostile program (or, for the gateway, a hostile client) that really ran. After each one the
supervisor, a second sandbox and, for the gateway, another client had to be served as before. The web server's are tried
on the site as `make run` and as gunicorn starts it, and counted once. `make attacks` runs them all and writes this page; `make test` runs the same ones as tests. Seen: Linux {kernel}, {machine}, Python {python}.

As root each program has a user of its own, which an ordinary user can't give it: other layers hold some of the limits
then. So the programs run in both modes. What a client of the gateway tries is the same in both.

What this cannot show: bugs of the kernel itself, and what one program can learn of another by timing the processor
that they share.
"""


def main(target: Path) -> int:
    """Run everything, write the page, say what did not hold."""
    with tempfile.TemporaryDirectory(prefix="attacks-") as directory:
        lines = [
            *_on_the_sandbox(Path(directory)),
            *_on_the_gateway(Path(directory)),
            *_on_the_web_server(Path(directory)),
            *_on_the_site(Path(directory)),
        ]
    if os.geteuid() == 0:
        lines += _as_an_ordinary_user()
    uname = platform.uname()
    head = HEAD.format(
        kernel=uname.release.split("-")[0], machine=uname.machine, python=".".join(platform.python_version_tuple()[:2])
    )
    target.write_text(head + as_markdown(lines), encoding="utf-8")
    fell = [line for line in lines if not line.held]
    for line in fell:
        print(f"{line.group}: {line.name} ({line.mode}): expected {line.expected!r}, seen {line.seen!r}")
    print(f"{len(lines) - len(fell)} of {len(lines)} attacks were refused as expected; the table is in {target.name}.")
    return 1 if fell else 0


def _on_the_sandbox(directory: Path) -> Iterator[Line]:
    with Arena(directory) as arena:
        for attack in ATTACKS:
            seen = arena.attack(attack)
            harm = arena.harm()
            said = f"{seen} ({harm})" if harm else seen
            yield Line(attack.group, attack.name, attack.layer, attack.expected, said, this_mode())


def _on_the_gateway(directory: Path) -> Iterator[Line]:
    with _served_gateway(str(directory / "learner")) as front:
        for case in CASES:
            seen = case.attempt(front)
            yield Line("gateway", case.name, f"gateway: {case.layer}", case.expected, seen, this_mode())


def _as_an_ordinary_user() -> list[Line]:
    command = [ROOT / ".ci" / "in-a-copy", ".venv/bin/python", "-m", "tests.sandbox.attacks", "--lines"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return [Line(*json.loads(line)) for line in done.stdout.splitlines() if line.startswith('["')]


def _say_lines() -> int:
    with tempfile.TemporaryDirectory(prefix="attacks-") as directory:
        for line in _on_the_sandbox(Path(directory)):
            print(json.dumps(line), flush=True)
    return 0


def _on_the_web_server(directory: Path) -> Iterator[Line]:
    with ExitStack() as stack:
        sites = [served_in(mode, directory / mode) for mode in MODES]
        for site in sites:
            stack.callback(site.stop)
            site.start()
        for case in SITE_CASES:
            seen = [case.attempt(site) for site in sites]
            worst = next((each for each in seen if each != case.expected), case.expected)
            yield Line("web server", case.name, f"web server: {case.layer}", case.expected, worst, this_mode())


def _on_the_site(directory: Path) -> Iterator[Line]:
    site = RunningSite(directory / "site", TRUSTED_PROXIES="1", SANDBOX="off").start()
    try:
        for case in site_cases.CASES:
            seen = case.attempt(site.url)
            harm = site.errors()
            yield Line(
                site_cases.GROUP,
                case.name,
                case.layer,
                case.expected,
                f"{seen} ({harm})" if harm else seen,
                this_mode(),
            )
    finally:
        site.stop()


@contextmanager
def _served_gateway(learner: str) -> Iterator[Any]:
    port, errors = free_port(), Path(learner).with_name("errors")
    with running("learner_server.py", learner):
        until(lambda: accepts(socket.AF_UNIX, learner))
        with errors.open("w") as log, running("front.py", WEB_SERVER, port, learner, errors=log):
            until(lambda: accepts(socket.AF_INET, ("127.0.0.1", port)))
            yield Front(WEB_SERVER, port, errors)


if __name__ == "__main__":
    if sys.argv[1:] == ["--lines"]:
        sys.exit(_say_lines())
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "attacks.md"))
