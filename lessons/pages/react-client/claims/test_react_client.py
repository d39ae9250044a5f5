"""What the page about a client in React says of the server's side, seen on a real one."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from tests.stage.serving import PATIENCE, client, serving

pytestmark = pytest.mark.programs

CLOCK = Path(__file__).parents[1] / "examples/clock.py"
VITE = "http://localhost:5173"
HANDSHAKE = "/socket.io/?EIO=4&transport=polling"


def test_a_client_that_disconnects_is_gone_at_once() -> None:
    with serving(CLOCK, cold=True) as served:
        with client(served) as component:
            assert component.next()[0] == "tick"
            assert not served.printed("somebody has left")
        served.wait_for_line("somebody has left")


def test_the_page_of_a_development_server_is_let_in_when_it_is_listed(tmp_path: Path) -> None:
    listing = CLOCK.read_text().replace(
        'async_mode="threading"', f'async_mode="threading", cors_allowed_origins=["{VITE}"]'
    )
    for program, status in ((CLOCK.read_text(), 400), (listing, 200)):
        with serving(program, tmp_path) as served:
            assert (
                requests.get(served.url + HANDSHAKE, headers={"Origin": VITE}, timeout=PATIENCE).status_code == status
            )
