"""Every request of a page is acknowledged: with what it asked for, or with a sentence."""

import itertools
import json
import re
import socket
from contextlib import ExitStack
from html import unescape
from typing import Any

import pytest
import socketio

from course.factory import MESSAGE_BYTES
from course.program import MAX_SOURCE_BYTES
from tests.stage.page import LESSON, Page
from tests.stage.quick_to_close import LEAVING_AT_ONCE
from tests.stage.running_site import RunningSite

pytestmark = pytest.mark.programs

GOOD = """
from flask import Flask
from flask_socketio import SocketIO
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

@socketio.on("add")
def add(a, b):
    return a + b

socketio.run(app)
"""


ANYWHERE = """
from flask import Flask
from flask_socketio import SocketIO
app = Flask(__name__)
socketio = SocketIO(app)
assert socketio.async_mode == "MODE"
socketio.run(app)
"""


@pytest.fixture
def page(site: RunningSite) -> Any:
    with Page(site.url) as page:
        yield page


def test_an_unknown_event_is_answered(page: Page) -> None:
    assert page.ask("sudo", {})["error"]["code"] == "unknown_event"


def test_what_a_program_does_not_need_is_left_out_and_told(page: Page) -> None:
    files = {"server.py": GOOD, ".vscode/settings.json": "{}", "certs/key.pem": "secret"}
    assert page.ask("run", {"exercise": "scratch", "files": files})["ok"]
    told = [page.await_event("sandbox_output")["text"] for _ in range(2)]
    assert [text.split(":")[0] for text in told] == ["Left out .vscode/settings.json", "Left out certs/key.pem"]
    assert page.ask("save", {"exercise": "scratch", "files": files, "base_version": None})["ok"]
    newest = page.ask("history", {"exercise": "scratch"})["versions"][0]["version"]
    assert page.ask("version", {"exercise": "scratch", "version": newest})["files"] == {"server.py": GOOD}


@pytest.mark.parametrize("letter", ["\n", '"', "\\", "ä", "\U0001f600"])
def test_the_largest_program_fits_into_one_message_whatever_it_is_made_of(letter: str) -> None:
    text = letter * (MAX_SOURCE_BYTES // len(letter.encode()))
    payload = {"exercise": "x" * 80, "files": {"server.py": text}, "base_version": 1, "loaded": True}
    sent = json.dumps(["save", payload], ensure_ascii=False).encode()  # as browsers write it
    assert len(sent) + 1000 < MESSAGE_BYTES


@pytest.mark.parametrize(
    "payload",
    [
        (),
        ("text",),
        ({}, {}),
        ({"exercise": 3, "files": {}},),
        ({"exercise": "x" * 1000, "files": {}},),
        ({"exercise": "add-with-ack", "files": "server.py"},),
        ({"exercise": "add-with-ack", "files": {"server.py": 7}},),
        ({"exercise": "add-with-ack", "files": {"server.py": "\ud800"}},),
        ({"exercise": "add-with-ack", "files": {"server.py": "a\0b"}},),
        ({"exercise": "add-with-ack", "files": {"../../etc/passwd": ""}},),
        ({"exercise": "no-such-exercise", "files": {"server.py": GOOD}},),
        ({"exercise": "add-with-ack", "files": {"server.py": "#" * (MAX_SOURCE_BYTES + 1)}},),
        ({"exercise": "add-with-ack", "files": {}},),
    ],
)
@pytest.mark.parametrize("event", ["run", "check", "save"])
def test_a_bad_payload_is_answered_with_a_reason(page: Page, event: str, payload: tuple[Any, ...]) -> None:
    if event == "check" and payload and isinstance(payload[0], dict) and "exercise" in payload[0]:
        answer = page.ask(event, *payload)
        if answer["ok"]:  # the exercise exists: its files are judged by the check itself
            assert page.await_event("check_finished")["error"]["message"]
            return
    else:
        answer = page.ask(event, *payload)
    assert answer["ok"] is False
    assert answer["error"]["code"] in ("bad_payload", "bad_files", "unknown_exercise", "source_too_large")
    assert answer["error"]["message"]


@pytest.mark.parametrize(
    ("packet", "ack"),
    [
        ('2{ns},7["connect"]', True),
        ('2{ns},7["disconnect"]', True),
        ('2{ns},7["disconnect","client disconnect"]', True),
        ("2{ns},7[]", True),
        ("2{ns},7{{}}", True),
        ("2{ns},7[1,2]", True),
        ("2{ns},[]", False),
        ("2{ns},{{}}", False),
        ('2{ns},["disconnect"]', False),
    ],
)
def test_a_malformed_packet_is_answered_and_the_page_lives_on(page: Page, packet: str, ack: bool) -> None:
    answers: list[Any] = []
    page.client.callbacks[page.namespace] = {0: itertools.count(100), 7: lambda *values: answers.extend(values)}
    page.client.eio.send(packet.format(ns=page.namespace))
    if not ack:
        assert page.await_event("refused")["error"]["code"] == "malformed_packet"
    assert page.ask("stop", {}) == {"ok": True}
    if ack:
        assert answers and answers[0]["error"]["code"] == "malformed_packet"
    assert page.client.connected


def test_it_refuses_a_page_without_the_course_cookie(site: RunningSite) -> None:
    client = socketio.Client(**LEAVING_AT_ONCE)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(site.url, namespaces=["/lessons/listening-to-events"], transports=["websocket"])
    client.disconnect()


def test_it_refuses_a_foreign_origin(site: RunningSite) -> None:
    import requests

    address = f"{site.url}/socket.io/?EIO=4&transport=polling"
    assert requests.get(address, headers={"Origin": "https://evil.example"}, timeout=5).status_code == 403
    assert requests.get(address, headers={"Origin": site.url}, timeout=5).status_code == 200


def test_two_tabs_of_one_learner_agree(site: RunningSite) -> None:
    with Page(site.url) as one, Page(site.url, cookies=one.browser) as two:
        saved = one.ask("save", {"exercise": "add-with-ack", "files": {"server.py": "one"}, "base_version": None})
        assert saved == {"ok": True, "version": 1}
        assert two.await_event("work_saved")["files"] == {"server.py": "one"}
        conflict = two.ask("save", {"exercise": "add-with-ack", "files": {"server.py": "two"}, "base_version": 0})
        assert conflict["error"]["code"] == "conflict"
        assert conflict["newer"] == {"version": 1, "files": {"server.py": "one"}}


def heard_by_now(page: Page, event: str) -> list[Any]:
    """Return every announcement of that name that had been sent to this page: two round trips would come after it."""
    page.ask("stop", {})
    page.ask("stop", {})
    heard = []
    while not page.heard.empty():
        heard.append(page.heard.get())
    return [payload for name, payload in heard if name == event]


def test_what_one_learner_saves_no_other_hears(site: RunningSite) -> None:
    with Page(site.url) as mine, Page(site.url, cookies=mine.browser) as my_other_tab, Page(site.url) as another:
        mine.ask("save", {"exercise": "add-with-ack", "files": {"server.py": "mine"}, "base_version": None})
        assert my_other_tab.await_event("work_saved")["files"] == {"server.py": "mine"}
        assert heard_by_now(another, "work_saved") == []


def test_votes_are_told_to_those_who_have_answered(site: RunningSite) -> None:
    with ExitStack() as stack:
        onlooker, *voters = (stack.enter_context(Page(site.url)) for _ in range(6))
        form = onlooker.browser.get(f"{site.url}{LESSON}/").text.partition('id="question-list-or-two"')[2]
        choice = re.search(r'name="choice" value="([^"]+)"', form)
        assert choice
        for voter in voters:
            assert voter.ask("predict", {"question": "list-or-two", "choices": [choice[1]]})["ok"]
        assert voters[0].await_event("votes", question="list-or-two")["total"] >= 5
        assert heard_by_now(onlooker, "votes") == []


def test_reset_and_restore_give_everything_back(page: Page) -> None:
    page.ask("save", {"exercise": "add-with-ack", "files": {"server.py": "mine"}, "base_version": None})
    starter = page.ask("restore", {"exercise": "add-with-ack", "to": "starter"})
    assert starter["ok"] and starter["files"]["server.py"] != "mine"
    history = page.ask("history", {"exercise": "add-with-ack"})
    assert page.ask("restore", {"exercise": "add-with-ack", "version": history["versions"][-1]["version"]})[
        "files"
    ] == {"server.py": "mine"}


def test_a_program_that_is_loaded_leaves_what_was_typed_in_the_history(page: Page) -> None:
    for text, loaded in (("typed", False), ("an example", True), ("an example, changed", False)):
        page.ask("save", {"exercise": "scratch", "files": {"server.py": text}, "base_version": None, "loaded": loaded})
    history = page.ask("history", {"exercise": "scratch"})["versions"]
    assert [(entry["kind"], text_of(page, entry["version"])) for entry in history] == [
        ("save", "an example, changed"),
        ("loaded", "an example"),
        ("save", "typed"),
    ]
    refused = page.ask("save", {"exercise": "scratch", "files": {"server.py": "x"}, "loaded": "yes"})
    assert refused["error"]["code"] == "bad_payload"


def text_of(page: Page, version: int) -> str:
    text: str = page.ask("version", {"exercise": "scratch", "version": version})["files"]["server.py"]
    return text


def test_the_history_comes_in_pages_without_files(page: Page) -> None:
    for number in range(40):
        page.ask("save", {"exercise": "scratch", "files": {"server.py": f"{number}"}, "loaded": True})
    newest = page.ask("history", {"exercise": "scratch"})
    assert len(json.dumps(newest)) < 5000 and newest["older"] is True
    assert newest["versions"][0].keys() == {"version", "kind", "saved_at", "attempt"}
    rest = page.ask("history", {"exercise": "scratch", "before": newest["versions"][-1]["version"]})
    assert rest["older"] is False
    assert [entry["version"] for entry in newest["versions"] + rest["versions"]] == list(range(40, 0, -1))
    assert page.ask("version", {"exercise": "scratch", "version": 41})["error"]["code"] == "unknown_version"
    for bad in ({"before": "x"}, {"before": -1}, {"before": True}):
        assert page.ask("history", {"exercise": "scratch", **bad})["error"]["code"] == "bad_payload"
    assert page.ask("version", {"exercise": "scratch"})["error"]["code"] == "bad_payload"


def test_each_tab_has_its_last_text_in_the_history(site: RunningSite) -> None:
    with Page(site.url) as one, Page(site.url, cookies=one.browser) as two:
        for page, text in ((one, "first"), (one, "of one"), (two, "of two")):
            page.ask("save", {"exercise": "add-with-ack", "files": {"server.py": text}})
        versions = [entry["version"] for entry in one.ask("history", {"exercise": "add-with-ack"})["versions"]]
        texts = [one.ask("version", {"exercise": "add-with-ack", "version": each})["files"] for each in versions]
        assert texts == [{"server.py": "of two"}, {"server.py": "of one"}]


def test_the_solution_comes_on_asking_twice(page: Page) -> None:
    assert page.ask("solution", {"exercise": "add-with-ack"})["error"]["code"] == "ask_again"
    shown = page.ask("solution", {"exercise": "add-with-ack"})
    assert shown["ok"] and "server.py" in shown["files"]


def test_hints_come_step_by_step_and_end(page: Page) -> None:
    first = page.ask("hint", {"exercise": "add-with-ack", "step": 1})
    assert first["ok"] and first["text_html"]
    past = page.ask("hint", {"exercise": "add-with-ack", "step": first["total"] + 1})
    assert past["error"]["code"] == "no_more_hints"


def test_a_run_is_announced_from_starting_to_stopped(page: Page) -> None:
    run = page.ask("run", {"exercise": "add-with-ack", "files": {"server.py": GOOD}})
    assert run["ok"], run
    ready = page.await_event("sandbox_state", state="ready")
    assert ready["id"] == run["sandbox"]["id"]
    page.ask("stop", {})
    assert page.await_event("sandbox_state", state="stopped")


def test_marks_are_announced_and_kept_for_a_reload(page: Page) -> None:
    run = page.ask("run", {"exercise": "add-with-ack", "files": {"server.py": GOOD}})
    page.await_event("sandbox_state", state="ready")
    client = socketio.SimpleClient(handle_sigint=False, reconnection=False)
    client.connect(page.url, transports=["websocket"], socketio_path=f"{run['sandbox']['url']}A/socket.io")
    told = page.await_event("sandbox_marks")
    assert told["id"] == run["sandbox"]["id"]
    opened = told["marks"][0]
    assert (opened["client"], opened["kind"], opened["text"]) == ("A", "opened", "A WebSocket is open.")
    assert opened["time"] >= 0
    client.client.eio.ws.sock.shutdown(socket.SHUT_RDWR)
    assert page.await_event("sandbox_marks")["marks"][0]["kind"] == "closed"
    assert [mark["kind"] for mark in told_of_sandbox(page)["marks"]] == ["opened", "closed"]


def test_a_reloaded_page_hears_what_runs_where_its_editor_holds_something_else(page: Page) -> None:
    page.ask("run", {"exercise": "add-with-ack", "files": {"server.py": GOOD}})
    page.await_event("sandbox_state", state="ready")
    assert told_of_sandbox(page)["files"] == {"server.py": GOOD}
    assert page.ask("save", {"exercise": "add-with-ack", "files": {"server.py": GOOD}})["ok"]
    assert told_of_sandbox(page)["files"] is None


def told_of_sandbox(page: Page) -> dict:
    """Return what the lesson page would begin with if it were loaded now."""
    reloaded = page.browser.get(f"{page.url}{LESSON}/").text
    return json.loads(unescape(re.search(r'id="page-data"[^>]*>(.*?)</script>', reloaded, re.S)[1]))["sandbox"]


def test_a_program_runs_under_what_its_workspace_says(site: RunningSite) -> None:
    with Page(site.url, "/lessons/playground") as page:
        for chosen, mode in [(None, "threading"), ("gevent", "gevent"), ("gevent-patched", "gevent")]:
            files = {"server.py": ANYWHERE.replace("MODE", mode)}
            run = page.ask("run", {"exercise": "scratch", "files": files, "runtime": chosen}, timeout=40)
            assert run["ok"], run
            assert run["sandbox"]["runtime"] == chosen or chosen is None
            ready = page.await_event("sandbox_state", state="ready", id=run["sandbox"]["id"])
            assert ready["runtime"] == run["sandbox"]["runtime"]


@pytest.mark.parametrize("chosen", ["gevent", "eventlet"])
def test_a_runtime_that_the_workspace_does_not_offer_is_refused_with_a_sentence(page: Page, chosen: str) -> None:
    payload = {"exercise": "add-with-ack", "files": {"server.py": GOOD}, "runtime": chosen}
    refused = page.ask("run", payload)["error"]
    assert refused["code"] == "unknown_runtime"
    assert f"“{chosen}”, only under threading" in refused["message"]
    assert page.ask("run", {**payload, "runtime": 3})["error"]["code"] == "bad_payload"


def test_a_check_streams_its_results_and_counts_as_progress(page: Page) -> None:
    source = page.ask("solution", {"exercise": "add-with-ack"}) and page.ask("solution", {"exercise": "add-with-ack"})
    begun = page.ask("check", {"exercise": "add-with-ack", "files": source["files"]})
    assert begun["ok"], begun
    tasks = [task["check"] for task in begun["tasks"]]
    assert all(task["html"] for task in begun["tasks"]) and len(tasks) == begun["total"]
    results = [page.await_event("check_result") for _ in range(begun["total"])]
    finished = page.await_event("check_finished")
    assert [result["outcome"] for result in results] == ["passed"] * begun["total"]
    assert {result["name"] for result in results} == set(tasks)
    assert (finished["passed"], finished["error"]) == (begun["total"], None)


def test_a_program_that_never_starts_is_a_failed_attempt_with_its_reason(page: Page) -> None:
    page.ask("check", {"exercise": "add-with-ack", "files": {"server.py": "def broken(:\n"}})
    result = page.await_event("check_result")
    assert result["outcome"] == "failed"
    assert "line 1" in result["message"] + result["actual"]
    assert page.await_event("check_finished")["error"] is None
