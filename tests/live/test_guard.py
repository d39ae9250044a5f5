"""The course's own Socket.IO against clients that no page of ours is."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
import requests

from course.live.packets import MESSAGE_BYTES
from course.shares import prices
from tests.live.raw import (
    CONTINUATION,
    LESSON,
    PING,
    answers,
    cookie_of,
    frame,
    processor_seconds,
    raw,
    resident_mb,
)
from tests.sandbox.attacks.site_cases import CASES, SiteCase, post, session
from tests.sandbox.gateway.stage import until
from tests.stage.page import Page
from tests.stage.running_site import RunningSite


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site behind one proxy, which tells it where its visitors come from; it runs no programs."""
    running = RunningSite(tmp_path_factory.mktemp("guarded"), TRUSTED_PROXIES="1", SANDBOX="off").start()
    yield running
    running.stop()


@pytest.fixture
def quiet(own_site: RunningSite) -> Iterator[RunningSite]:
    """The site, which must log no traceback, keep its memory and still answer."""
    before = resident_mb(own_site.pid)
    yield own_site
    assert answers(own_site.url)
    assert own_site.errors() == ""
    assert resident_mb(own_site.pid) - before < 40


@pytest.fixture
def cookie(own_site: RunningSite) -> str:
    return cookie_of(own_site.url)


ENDLESS = frame(b"4" + b"x" * 65_000, fin=False), frame(b"x" * 65_000, CONTINUATION, fin=False)


def test_a_message_that_never_ends_ends_the_connection(quiet: RunningSite, cookie: str) -> None:
    with raw(quiet.url, cookie) as page:
        page.send(ENDLESS[0])
        ended: list[tuple[int, str]] = []
        listening = threading.Thread(target=lambda: ended.append(page.closed()))
        listening.start()
        try:
            for _ in range(900):  # 60 MB
                page.send(ENDLESS[1])
        except OSError:
            pass
        listening.join()
    assert ended == [(1009, f"A message has {MESSAGE_BYTES:,} bytes at most.")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_attack_ends_as_the_attack_table_says(quiet: RunningSite, case: SiteCase) -> None:
    assert case.attempt(quiet.url) == case.expected


def test_an_empty_body_is_no_frame(quiet: RunningSite) -> None:
    sid = session(quiet.url)
    assert post(quiet.url, sid, b"").status_code in (408, 411)
    assert post(quiet.url, sid, b"3").status_code == 200, "nothing was said"


def test_a_connection_is_polled_by_one_page(quiet: RunningSite) -> None:
    sid = session(quiet.url)
    statuses: list[int] = []

    def poll() -> None:
        address = f"{quiet.url}/socket.io/?EIO=4&transport=polling&sid={sid}"
        with suppress(requests.RequestException):  # the site may end before the polls that it keeps
            statuses.append(requests.get(address, timeout=60).status_code)

    polls = [threading.Thread(target=poll, daemon=True) for _ in range(6)]
    for each in polls:
        each.start()
    until(lambda: statuses.count(400) == 4)
    assert post(quiet.url, sid, b"1").status_code in (200, 400)


def test_a_packet_behind_the_end_of_its_connection_leaves_nothing(quiet: RunningSite, cookie: str) -> None:
    with Page(quiet.url) as onlooker:
        for body in (
            f"1\x1e40{LESSON},",
            f'40{LESSON},\x1e1\x1e42{LESSON},1["stop",{{}}]',
            f"40{LESSON},\x1e41{LESSON},\x1e1",
        ):
            sid = session(quiet.url, Cookie=cookie)
            post(quiet.url, sid, body, Cookie=cookie)
        with Page(quiet.url) as newcomer:
            told = onlooker.await_event("presence", here=2)
            assert told == {"here": 2}
            assert newcomer.client.connected


def test_a_connection_that_ends_while_its_page_is_let_in_leaves_nothing(quiet: RunningSite, cookie: str) -> None:
    with raw(quiet.url, cookie) as page:  # spends the learner's budget, so that the next page has to wait for a while
        for number in range(57):
            page.say(f'42{LESSON},{number}["sudo",{{}}]')
        for _ in range(57):
            page.heard(f"43{LESSON},")
        for number in range(100, 104):
            page.say(f'42{LESSON},{number}["sudo",{{}}]')
        sid = session(quiet.url, Cookie=cookie)
        entering = threading.Thread(target=lambda: post(quiet.url, sid, f"40{LESSON},", Cookie=cookie))
        entering.start()
        entering.join(0.3)
        assert entering.is_alive(), "it waits"
        assert post(quiet.url, sid, "1", Cookie=cookie).status_code == 200
        entering.join()
    with raw(quiet.url, cookie_of(quiet.url)) as onlooker:
        onlooker.socket.settimeout(5)
        while json.loads(onlooker.heard(f'42{LESSON},["presence",')[:-1])["here"] != 1:
            pass  # the first page leaves only now, which is told, too


def test_events_of_one_connection_wait_for_each_other_and_the_site_answers(quiet: RunningSite, cookie: str) -> None:
    """Unknown events as fast as they can be written: each costs its price, and nothing piles up."""
    flood = b"".join(frame(f'42{LESSON},{number}["sudo",{{}}]'.encode()) for number in range(5000))
    with raw(quiet.url, cookie) as page:
        begin = processor_seconds(quiet.pid)
        sending = threading.Thread(target=lambda: _send(page, flood), daemon=True)
        sending.start()
        for _ in range(20):
            assert answers(quiet.url)
        assert processor_seconds(quiet.pid) - begin < 5
    sending.join()


def test_frames_without_content_are_work_too(quiet: RunningSite, cookie: str) -> None:
    tiny = (frame(b"", PING) + frame(b"", CONTINUATION, fin=False)) * 100
    for flood in (frame(b"", PING) * 50_000, frame(b"4", fin=False) + tiny.replace(frame(b"", PING), b"") * 500):
        with raw(quiet.url, cookie) as page:
            begin = processor_seconds(quiet.pid)
            sending = threading.Thread(target=lambda flood=flood, page=page: _send(page, flood), daemon=True)
            sending.start()
            for _ in range(20):
                assert answers(quiet.url)
            assert processor_seconds(quiet.pid) - begin < 5
        sending.join()


def _send(page: Any, data: bytes) -> None:
    try:
        page.send(data)
    except OSError:
        pass


def test_a_learner_has_only_so_many_pages_and_is_told(quiet: RunningSite, cookie: str) -> None:
    with ExitStack() as stack:
        for _ in range(prices.CONNECTIONS_OF_LEARNER):
            stack.enter_context(raw(quiet.url, cookie))
        with raw(quiet.url) as one_more:
            one_more.close()
        with raw(quiet.url, headers=f"Cookie: {cookie}\r\n") as one_more:
            told = one_more.connect()
            assert "pages of the course are open" in told and "too_many_pages" in told
        stack.enter_context(raw(quiet.url, cookie_of(quiet.url)))
    until(lambda: _can_open(quiet.url, cookie))


def _can_open(url: str, cookie: str) -> bool:
    with raw(url, headers=f"Cookie: {cookie}\r\n") as page:
        return "sid" in page.connect()


def test_a_refused_websocket_does_not_leak(quiet: RunningSite) -> None:
    for _ in range(20):
        sid = session(quiet.url)
        assert (
            requests.get(f"{quiet.url}/socket.io/?EIO=4&transport=websocket&sid={sid}", timeout=10).status_code == 400
        )
        assert post(quiet.url, sid, b"1").status_code in (200, 400)
