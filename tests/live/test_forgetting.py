"""Whoever is deleted is gone: for their cookie, for their open pages, and for whatever was under way."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
import time
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from html import unescape
from typing import Any

import pytest
import requests
import socketio
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stage.cases import cases
from tests.stage.page import LESSON, Page
from tests.stage.quick_to_close import LEAVING_AT_ONCE
from tests.stage.running_site import RunningSite

pytestmark = pytest.mark.programs

PATIENCE = 20.0
PROGRAM = """
from flask import Flask
from flask_socketio import SocketIO
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
socketio.run(app)
"""
TABLES = ("answer", "note", "work")


def learner_in(cookie: str) -> str:
    """Return the id that a signed cookie carries."""
    payload = cookie.split(".")[1 if cookie.startswith(".") else 0]
    plain = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    told = json.loads(zlib.decompress(plain) if cookie.startswith(".") else plain)
    return str(told["learner"])


def rows_of(site: RunningSite, learner: str) -> list[str]:
    """Return the tables that know a learner."""
    with closing(
        sqlite3.connect(f"file:{site.instance / 'duplex.sqlite'}?mode=ro", uri=True, timeout=PATIENCE)
    ) as kept:
        known = [
            name for name in TABLES if kept.execute(f"SELECT 1 FROM {name} WHERE learner_id = ?", [learner]).fetchone()
        ]
        return known + ["learner"] * len(kept.execute("SELECT 1 FROM learner WHERE id = ?", [learner]).fetchall())


def with_cookie(site: RunningSite, cookie: str) -> requests.Session:
    browser = requests.Session()
    browser.cookies.set("duplex", cookie)
    return browser


def told_of_sandbox(site: RunningSite, cookie: str) -> Any:
    """Return what a lesson page begins with for whoever has this cookie."""
    page = with_cookie(site, cookie).get(f"{site.url}{LESSON}/").text
    found = re.search(r'id="page-data"[^>]*>(.*?)</script>', page, re.S)
    assert found
    return json.loads(unescape(found[1]))["sandbox"]


def choice_of(page: Page) -> str:
    form = page.browser.get(f"{page.url}{LESSON}/").text.partition('id="question-list-or-two"')[2]
    found = re.search(r'name="choice" value="([^"]+)"', form)
    assert found
    return found[1]


def delete(site: RunningSite, cookie: str) -> requests.Response:
    return with_cookie(site, cookie).post(f"{site.url}/me/delete", allow_redirects=False, timeout=PATIENCE)


def test_nothing_of_a_deleted_learner_is_reachable_by_their_cookie(site: RunningSite) -> None:
    with Page(site.url) as one, Page(site.url, cookies=one.browser) as two:
        cookie = one.browser.cookies["duplex"]
        one.ask("save", {"exercise": "add-with-ack", "files": {"server.py": "mine"}})
        two.ask("predict", {"question": "list-or-two", "choices": [choice_of(one)]})
        run = one.ask("run", {"exercise": "add-with-ack", "files": {"server.py": PROGRAM}})
        one.await_event("sandbox_state", state="ready")
        assert told_of_sandbox(site, cookie)["id"] == run["sandbox"]["id"]
        me = learner_in(cookie)
        assert rows_of(site, me) == ["answer", "work", "learner"]

        answer = delete(site, cookie)

        assert answer.status_code == 303 and answer.headers["Clear-Site-Data"] == '"storage"'
        for page in (one, two):
            assert page.await_event("forgotten") == {}
            wait_until(lambda page=page: not page.client.connected)  # type: ignore[misc]
        assert rows_of(site, me) == []
        assert told_of_sandbox(site, cookie) is None
        assert requests.get(f"{site.url}{run['sandbox']['url']}A/", timeout=PATIENCE).status_code == 410
        fresh = with_cookie(site, cookie)
        fresh.get(f"{site.url}/")
        assert learner_in(list(fresh.cookies)[-1].value or "") != me


def test_an_old_cookie_begins_anew_as_somebody_else_and_its_socket_is_refused_in_words(site: RunningSite) -> None:
    with Page(site.url) as page:
        cookie, choice = page.browser.cookies["duplex"], choice_of(page)
    me = learner_in(cookie)
    delete(site, cookie)
    form = {"choice": choice}
    question = f"{site.url}{LESSON}/questions/list-or-two"
    assert with_cookie(site, cookie).post(question, data=form, allow_redirects=False).status_code == 303
    assert rows_of(site, me) == []
    client, refused = socketio.Client(**LEAVING_AT_ONCE), []
    client.on("connect_error", refused.append, namespace=LESSON)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(site.url, headers={"Cookie": f"duplex={cookie}"}, namespaces=[LESSON], transports=["websocket"])
    client.disconnect()
    assert refused and refused[0]["data"] == {"code": "forgotten"} and "Reload this page" in refused[0]["message"]


def save(page: Page, number: int) -> None:
    emit(page, "save", {"exercise": "add-with-ack", "files": {"server.py": f"# {number}\n{PROGRAM}"}, "loaded": True})


def answer(page: Page, number: int) -> None:
    emit(page, "predict", {"question": "list-or-two", "choices": [page.choice]})  # type: ignore[attr-defined]


def hint(page: Page, number: int) -> None:
    emit(page, "hint", {"exercise": "add-with-ack", "step": 1})


def run(page: Page, number: int) -> None:
    emit(page, "run", {"exercise": "add-with-ack", "files": {"server.py": PROGRAM}})


def check(page: Page, number: int) -> None:
    emit(page, "check", {"exercise": "add-with-ack", "files": {"server.py": f"# {number}\n{PROGRAM}"}})


def restore(page: Page, number: int) -> None:
    emit(page, "restore", {"exercise": "add-with-ack", "to": "starter"})


def emit(page: Page, event: str, payload: dict[str, Any]) -> None:
    """Send without waiting for the answer; a page that was disconnected can't."""
    with suppress(socketio.exceptions.SocketIOError):
        page.client.emit(event, payload, namespace=page.namespace)


ACTS: list[Callable[[Page, int], None]] = [save, answer, hint, run, check, restore]
STEPS = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(ACTS)), max_size=5)


@given(before=STEPS, after=STEPS)
@settings(max_examples=cases(6))
def test_whatever_two_tabs_have_under_way_nothing_is_kept_or_runs_afterwards(
    site: RunningSite, before: list[Any], after: list[Any]
) -> None:
    with Page(site.url) as one, Page(site.url, cookies=one.browser) as two:
        cookie = one.browser.cookies["duplex"]
        one.choice = two.choice = choice_of(one)  # type: ignore[attr-defined]
        for number, (tab, act) in enumerate(before):
            act((one, two)[tab], number)
        answered = delete(site, cookie)
        for number, (tab, act) in enumerate(after):
            act((one, two)[tab], number)
        assert answered.status_code == 303
        for page in (one, two):
            wait_until(lambda page=page: not page.client.connected)  # type: ignore[misc]
    if check in [act for _, act in before + after]:
        with Page(site.url) as somebody:  # whose check ends after those that were under way
            somebody.ask("check", {"exercise": "add-with-ack", "files": {"server.py": PROGRAM}})
            somebody.await_event("check_finished", timeout=60)
    assert rows_of(site, learner_in(cookie)) == []
    assert told_of_sandbox(site, cookie) is None


def wait_until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)  # polling what the client's own thread changes
