"""Runs every attack and writes the table: ``python -m tests.sandbox.attacks [file]`` (default docs/attacks.md).

Exits with 1 when an attack was not refused as expected.
"""

import platform
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.sandbox.attacks import site_cases
from tests.sandbox.attacks.arena import Arena
from tests.sandbox.attacks.gateway_cases import CASES
from tests.sandbox.attacks.table import ATTACKS, Line, as_markdown
from tests.sandbox.gateway.stage import Front, accepts, running, until
from tests.stage.ports import free_port
from tests.stage.running_site import RunningSite

ROOT = Path(__file__).parents[3]
WEB_SERVER = "gunicorn"

HEAD = """# Attacks on the sandbox

Each line is a small hostile program (or, for the gateway, a hostile client) that really ran. After each one the
supervisor, a second sandbox and, for the gateway, another client had to be served as before. `make attacks` runs them
all and writes this page; `make test` runs the same ones as tests. Seen: Linux {kernel}, {machine}, Python {python}.

What this cannot show: bugs of the kernel itself, and what one program can learn of another by timing the processor
that they share.
"""


def main(target: Path) -> int:
    """Run everything, write the page, say what did not hold."""
    with tempfile.TemporaryDirectory(prefix="attacks-") as directory:
        lines = [*_on_the_sandbox(Path(directory)), *_on_the_gateway(Path(directory)), *_on_the_site(Path(directory))]
    uname = platform.uname()
    head = HEAD.format(
        kernel=uname.release.split("-")[0], machine=uname.machine, python=".".join(platform.python_version_tuple()[:2])
    )
    target.write_text(head + as_markdown(lines), encoding="utf-8")
    fell = [line for line in lines if not line.held]
    for line in fell:
        print(f"{line.group}: {line.name}: expected {line.expected!r}, seen {line.seen!r}")
    print(f"{len(lines) - len(fell)} of {len(lines)} attacks were refused as expected; the table is in {target.name}.")
    return 1 if fell else 0


def _on_the_sandbox(directory: Path) -> Iterator[Line]:
    with Arena(directory) as arena:
        for attack in ATTACKS:
            seen = arena.attack(attack)
            harm = arena.harm()
            yield Line(attack.group, attack.name, attack.layer, attack.expected, f"{seen} ({harm})" if harm else seen)


def _on_the_gateway(directory: Path) -> Iterator[Line]:
    with _served_gateway(str(directory / "learner")) as front:
        for case in CASES:
            yield Line("gateway", case.name, f"gateway: {case.layer}", case.expected, case.attempt(front))


def _on_the_site(directory: Path) -> Iterator[Line]:
    site = RunningSite(directory / "site", TRUSTED_PROXIES="1", SANDBOX="off").start()
    try:
        for case in site_cases.CASES:
            seen = case.attempt(site.url)
            harm = site.errors()
            yield Line(site_cases.GROUP, case.name, case.layer, case.expected, f"{seen} ({harm})" if harm else seen)
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
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "attacks.md"))
