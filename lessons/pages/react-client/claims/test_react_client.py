"""What the page about a client in React says of the server's side, seen on a real one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.stage.chromium import ARGUMENTS, CHROMIUM, MISSING, WHY_SKIPPED
from tests.stage.serving import PATIENCE, client, serving

pytestmark = pytest.mark.programs

ROOT = Path(__file__).parents[4]
CLOCK = Path(__file__).parents[1] / "examples/clock.py"
VITE = "http://localhost:5173"
HANDSHAKE = "/socket.io/?EIO=4&transport=polling"


def test_a_client_that_disconnects_is_gone_at_once() -> None:
    with serving(CLOCK, cold=True) as served:
        with client(served) as component:
            assert component.next()[0] == "tick"
            assert not served.printed("somebody has left")
        served.wait_for_line("somebody has left")


DEVELOPING = """
import { createElement, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import App from "./client.jsx";
const app = createElement(App);
createRoot(document.getElementById("root")).render(STRICT ? createElement(StrictMode, null, app) : app);
setTimeout(() => fetch(`/ran?${told}`), 1000);
"""
PAGE = '<!doctype html><div id="root"></div><script>const told = []</script><script src="page.js"></script>'
EFFECT = "useEffect(() => {\n"
CLEAN_UP = "return () => socket.disconnect();"
ADDRESS = 'io("http://localhost:5000")'


def build(folder: Path, *, strict: bool, clean_up: bool) -> None:
    """Build the component as React's tools do while one develops, into the folder from which Flask sends its page."""
    component = CLOCK.with_name("clock.client.jsx").read_text()
    for mark in (EFFECT, CLEAN_UP, ADDRESS):
        assert component.count(mark) == 1
    component = component.replace(EFFECT, EFFECT + 'told.push("effect");').replace(ADDRESS, "io()")
    told = 'return () => { told.push("clean-up"); socket.disconnect(); };' if clean_up else ""
    (folder / "client.jsx").write_text(component.replace(CLEAN_UP, told))
    (folder / "page.jsx").write_text(DEVELOPING)
    (folder / "static").mkdir()
    (folder / "static/index.html").write_text(PAGE)
    modules = ROOT / "frontend/node_modules"
    options = ("--bundle", "--jsx=automatic", "--outfile=static/page.js", "--log-level=error")
    define = (f"--define:STRICT={str(strict).lower()}", '--define:process.env.NODE_ENV="development"')
    subprocess.run(
        [modules / ".bin/esbuild", "page.jsx", *options, *define],
        cwd=folder,
        env={**os.environ, "NODE_PATH": str(modules)},
        check=True,
        timeout=60,
    )


@contextmanager
def opened(url: str, profile: Path) -> Iterator[None]:
    assert CHROMIUM
    command = [CHROMIUM, *ARGUMENTS, "--headless", f"--user-data-dir={profile}", url]
    page = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        page.kill()
        page.wait()


@pytest.mark.browser
@pytest.mark.skipif(MISSING, reason=WHY_SKIPPED)
@pytest.mark.parametrize(
    ("strict", "clean_up", "ran", "connections"),
    [
        (False, True, "effect", 1),
        (True, True, "effect,clean-up,effect", 1),
        (True, False, "effect,effect", 2),
    ],
)
def test_strict_mode_runs_the_effect_twice_and_a_clean_up_leaves_one_connection(
    tmp_path: Path, strict: bool, clean_up: bool, ran: str, connections: int
) -> None:
    """The first connection may be ended before the server knows of it, so those that stay are counted."""
    build(tmp_path, strict=strict, clean_up=clean_up)
    program = CLOCK.read_text().replace("    global ticking", '    global ticking\n    print("somebody has come")')
    (tmp_path / "server.py").write_text(program)
    with serving(tmp_path / "server.py") as served, opened(f"{served.url}/static/index.html", tmp_path / "profile"):
        assert f"/ran?{ran} " in served.wait_for_line("/ran?")

        def there() -> int:
            said = "\n".join(served.lines)
            return said.count("somebody has come") - said.count("somebody has left")

        with served.changed:
            assert served.changed.wait_for(lambda: there() == connections, PATIENCE), served.lines


def test_the_page_of_a_development_server_is_let_in_when_it_is_listed(tmp_path: Path) -> None:
    listing = CLOCK.read_text().replace(
        'async_mode="threading"', f'async_mode="threading", cors_allowed_origins=["{VITE}"]'
    )
    for program, status in ((CLOCK.read_text(), 400), (listing, 200)):
        with serving(program, tmp_path) as served:
            assert (
                requests.get(served.url + HANDSHAKE, headers={"Origin": VITE}, timeout=PATIENCE).status_code == status
            )
