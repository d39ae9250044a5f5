"""Checks and budgets on a running site: what one address or one learner does costs the others a turn at most."""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
from flask import Flask

from course.grading.grader import checks_at_once
from course.shares import prices
from tests.live.raw import LESSON, Raw, raw
from tests.stage.running_site import RunningSite

pytestmark = pytest.mark.programs

KEY = "a key for this site of the tests"
BROKEN = {"exercise": "add-with-ack", "files": {"server.py": "def broken(:\n"}}
SAVED = {"exercise": "add-with-ack", "files": {"server.py": "mine"}, "base_version": None}


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site behind one proxy, which tells it where its visitors come from."""
    running = RunningSite(
        tmp_path_factory.mktemp("fair"),
        TRUSTED_PROXIES="1",
        LIMIT_EXCEPTIONS="198.51.100.0/24 until 2099-12-31",
        SECRET_KEY=KEY,
    ).start()
    yield running
    running.stop()


def new_learner() -> str:
    """Return a cookie as the site's own: a hundred of them are quicker signed here than asked for."""
    site = Flask("duplex")
    site.secret_key = KEY
    signer = site.session_interface.get_signing_serializer(site)
    return f"duplex={signer.dumps({'learner': secrets.token_hex(16), '_permanent': True})}"


def told(page: Raw, event: str) -> dict[str, Any]:
    """Return the payload of the next announcement of that name."""
    heard = page.heard(f'42{LESSON},["{event}",')
    return json.loads(heard[:-1])


def test_a_check_overtakes_those_of_an_address_that_has_many(proxied: RunningSite) -> None:
    with ExitStack() as stack:
        flood = [stack.enter_context(raw(proxied.url, new_learner(), address="203.0.113.9")) for _ in range(12)]
        for page in flood:
            for ack in (1, 2):
                assert page.ask("check", BROKEN, ack)["ok"]
        third = flood[0].ask("check", BROKEN, 3)
        mine = stack.enter_context(raw(proxied.url, new_learner(), address="203.0.113.10"))
        assert mine.ask("check", BROKEN)["ok"]
        assert told(mine, "check_finished")["error"] is None
        left = sum(1 for page in flood for _ in range(2) if not _has_finished(page))
        assert left > 0, "it did not wait for all of them"
        assert third["ok"] or third["error"]["code"] == "check_waiting"


def _has_finished(page: Raw) -> bool:
    page.socket.settimeout(0.05)
    try:
        told(page, "check_finished")
        return True
    except TimeoutError:
        return False
    finally:
        page.socket.settimeout(20)


def test_who_waits_for_a_check_is_told_the_place_in_line(proxied: RunningSite) -> None:
    slow = {**BROKEN, "files": {"server.py": "import time\ntime.sleep(1.5)\n"}}
    with ExitStack() as stack:
        pages = [
            stack.enter_context(raw(proxied.url, new_learner(), address=f"203.0.113.{20 + number}"))
            for number in range(2 * checks_at_once())
        ]
        for page in pages:
            assert page.ask("check", slow)["ok"]
        waits = told(pages[-1], "check_waits")
        assert waits["place"] >= 1 and waits["exercise"] == "add-with-ack" and waits["check_run"]
        while waits["place"]:
            waits = told(pages[-1], "check_waits")
        assert told(pages[-1], "check_finished")["error"] is None


def test_an_address_makes_only_so_many_learners_and_those_it_has_go_on(proxied: RunningSite) -> None:
    with raw(proxied.url, new_learner(), address="2001:db8:9::1") as early:
        assert early.ask("save", SAVED)["ok"]
        for _ in range(int(prices.ADDRESS["learner"].points) + 1):
            with raw(proxied.url, new_learner(), address="2001:db8:9::2") as page:
                answer = page.ask("save", SAVED)
            if not answer["ok"]:
                break
        assert answer["error"]["code"] == "too_often" and answer["retry_after"] > 0
        assert "LIMIT_EXCEPTIONS" in answer["error"]["message"]
        assert early.ask("save", {**SAVED, "files": {"server.py": "still mine"}}, 2)["ok"]
    with raw(proxied.url, new_learner(), address="2001:db8:9:1::1") as neighbour:
        assert neighbour.ask("save", SAVED)["ok"]


def test_a_workshops_network_makes_as_many_learners_as_it_wants(proxied: RunningSite) -> None:
    for _ in range(int(prices.ADDRESS["learner"].points) + 5):
        with raw(proxied.url, new_learner(), address="198.51.100.7") as page:
            assert page.ask("save", SAVED)["ok"]


def test_downloads_without_a_cookie_draw_on_the_address(proxied: RunningSite) -> None:
    address = {"X-Forwarded-For": "203.0.113.77"}
    statuses = []
    begin = time.monotonic()
    for _ in range(int(prices.ADDRESS["download"].points) + 60):
        answer = requests.get(f"{proxied.url}/playground/download", headers=address, timeout=20)
        statuses.append(answer.status_code)
        if answer.status_code == 429 or time.monotonic() - begin > 5:
            break
    assert len(statuses) >= prices.ADDRESS["download"].points
    assert statuses[-1] == 429 or time.monotonic() - begin > 5, "it waits"
    assert requests.get(f"{proxied.url}/playground/download", timeout=20).status_code == 200


def test_a_learner_over_the_budget_waits_and_is_refused_with_a_time(proxied: RunningSite) -> None:
    with raw(proxied.url, cookie := new_learner(), address="203.0.113.78") as page:
        for number in range(70):
            page.say(f'42{LESSON},{number}["sudo",{{}}]')
        for _ in range(61):
            page.heard(f"43{LESSON},")
        answer = requests.get(f"{proxied.url}/playground/download", headers={"Cookie": cookie}, timeout=20)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1 and "too often" in answer.text
