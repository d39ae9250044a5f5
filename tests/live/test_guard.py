"""The course's own Socket.IO against clients that no page of ours is."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from course.live.guard import NAMESPACES_AT_MOST
from course.live.packets import MESSAGE_BYTES
from course.shares import prices
from tests.live.raw import (
    BINARY,
    CONTINUATION,
    LESSON,
    PING,
    TEXT,
    answers,
    cookie_of,
    frame,
    processor_seconds,
    raw,
    resident_mb,
)
from tests.sandbox.gateway.stage import until
from tests.stage.cases import cases
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


def session(url: str, **headers: str) -> str:
    """Open a connection over long-polling, and return its id."""
    told = requests.get(f"{url}/socket.io/?EIO=4&transport=polling", headers=headers, timeout=10)
    return json.loads(told.text[1:])["sid"]


def post(url: str, sid: str, body: bytes | str, **headers: str) -> requests.Response:
    return requests.post(f"{url}/socket.io/?EIO=4&transport=polling&sid={sid}", data=body, headers=headers, timeout=5)


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


def test_a_length_that_is_only_announced_costs_nothing(quiet: RunningSite, cookie: str) -> None:
    with ExitStack() as stack:
        for _ in range(10):
            page = stack.enter_context(raw(quiet.url, cookie))
            page.send(frame(b"42", length=1 << 40))


MALFORMED = {
    "empty": (frame(b""), 1008),
    "binary": (frame(b"\x00\x01", BINARY), 1008),
    "base64 rubbish": (frame(b"b////=="), 1008),
    "not ascii": (frame("²é".encode()), 1008),
    "an open": (frame(b'0{"sid":"mine"}'), 1008),
    "a ping": (frame(b"2"), 1008),
    "an unknown kind": (frame(b"9"), 1008),
    "JSON instead of a packet": (frame(b'4{"a":1}'), 1008),
    "deep JSON": (frame(f"42{LESSON},[".encode() + b"[" * 200_000), 1008),
    "a huge number": (frame(f"42{LESSON},[".encode() + b"1" * 100_000 + b"]"), 1008),
    "attachments": (frame(f'45999999999-{LESSON},["save"]'.encode()), 1008),
    "one attachment": (frame(f'451-{LESSON},["save",{{"_placeholder":true,"num":0}}]'.encode()), 1008),
    "an acknowledgement": (frame(f"43{LESSON},1[]".encode()), 1008),
    "a refusal": (frame(b'44{"message":"no"}'), 1008),
    "a long id": (frame(f'42{LESSON},{"9" * 99}["stop"]'.encode()), 1008),
    "a long namespace": (frame(f"40/{'n' * 5000},".encode()), 1008),
    "a long auth": (frame(f'40{LESSON},{{"a":"{"x" * 5000}"}}'.encode()), 1008),
    "no utf-8": (frame(b"4\xff\xfe"), 1007),
    "no mask": (frame(b"3", masked=False), 1002),
    "an unknown opcode": (frame(b"", 5), 1002),
    "a long ping": (frame(b"x" * 126, PING), 1002),
    "a fragmented ping": (frame(b"x", PING, fin=False), 1002),
    "a continuation of nothing": (frame(b"x", CONTINUATION), 1002),
    "reserved bits": (b"\xf1" + frame(b"3")[1:], 1002),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_no_page_sends_ends_the_connection_with_a_reason(quiet: RunningSite, cookie: str, name: str) -> None:
    sent, code = MALFORMED[name]
    with raw(quiet.url, cookie) as page:
        page.send(sent)
        closed, reason = page.closed()
    assert closed == code
    assert code != 1008 or reason.endswith(".")


@pytest.mark.parametrize("name", ["empty", "base64 rubbish", "not ascii", "JSON instead of a packet", "deep JSON"])
def test_malformed_frames_on_long_polling_are_answered_with_400(quiet: RunningSite, name: str) -> None:
    sid = session(quiet.url)
    payload = {
        "empty": b"",
        "base64 rubbish": b"b////==",
        "not ascii": "²é".encode(),
        "JSON instead of a packet": b"4true",
        "deep JSON": b"42[" + b"[" * 200_000,
    }[name]
    assert post(quiet.url, sid, b"3").status_code == 200
    assert post(quiet.url, sid, payload).status_code in (200, 400, 408, 411)
    assert name == "empty" or post(quiet.url, sid, b"3").status_code == 400, "it has ended"


@pytest.mark.parametrize(
    ("length", "status"), [("-1", 400), ("x", 400), ("", 400), (str(MESSAGE_BYTES + 1), 413), ("9" * 30, 400)]
)
def test_a_body_of_a_length_that_can_not_be_is_not_read(quiet: RunningSite, length: str, status: int) -> None:
    import socket

    sid, place = session(quiet.url), quiet.url.removeprefix("http://")
    with socket.create_connection(tuple(place.split(":")), timeout=20) as connection:  # type: ignore[arg-type]
        head = f"POST /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: {place}\r\n"
        connection.sendall(f"{head}Connection: close\r\nContent-Length: {length}\r\n\r\n3".encode())
        told = connection.recv(65536)
    assert told.split()[1] in (str(status).encode(), b"400", b"411", b"413")


@pytest.mark.parametrize(
    "query",
    [
        "EIO=4&transport=polling&j=0",
        "EIO=4&transport=websocket",
        "EIO=4&transport=polling&" + "&".join(f"a{number}=1" for number in range(50)),
        "EIO=4&transport=carrier-pigeon",
        "EIO=3&transport=polling",
    ],
)
def test_an_address_that_no_page_asks_for_is_answered_with_400(quiet: RunningSite, query: str) -> None:
    for headers in ({}, {"Upgrade": "websocket"}, {"Upgrade": "websocket", "Connection": "Upgrade"}):
        told = requests.get(f"{quiet.url}/socket.io/?{query}", headers=headers, timeout=10)
        assert told.status_code == 400, headers


def test_a_connection_is_polled_by_one_page(quiet: RunningSite) -> None:
    sid = session(quiet.url)
    statuses: list[int] = []

    def poll() -> None:
        address = f"{quiet.url}/socket.io/?EIO=4&transport=polling&sid={sid}"
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


def test_an_unknown_event_costs_as_much_as_a_run(quiet: RunningSite, cookie: str) -> None:
    with raw(quiet.url, cookie) as page:
        for number in range(100):
            page.say(f'42{LESSON},{number}["sudo",{{}}]')
        codes = [json.loads(page.heard(f"43{LESSON},").lstrip("0123456789"))[0] for _ in range(70)]
    refused = [code for code in codes if code["error"]["code"] == "too_often"]
    assert refused and all(code["retry_after"] >= 1 and "try again" in code["error"]["message"] for code in refused)


def test_one_connection_is_on_a_few_pages_at_most(quiet: RunningSite, cookie: str) -> None:
    lessons = ["emitting-events", "connections", "performance", "rooms-and-namespaces", "playground"]
    with raw(quiet.url, cookie) as page:
        for lesson in lessons:
            page.say(f"40/lessons/{lesson},")
        assert page.closed() == (1008, f"One connection can be on {NAMESPACES_AT_MOST} pages at most.")


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


def test_an_address_opens_only_so_many_connections(quiet: RunningSite) -> None:
    with ExitStack() as stack:
        opened = [
            stack.enter_context(raw(quiet.url, address="2001:db8:5::1")) for _ in range(prices.CONNECTIONS_OF_ADDRESS)
        ]
        assert {each.status for each in opened} == {101}
        assert stack.enter_context(raw(quiet.url, address="2001:db8:5::2")).status == 401
        assert stack.enter_context(raw(quiet.url, address="2001:db8:6::1")).status == 101


def test_a_refused_websocket_does_not_leak(quiet: RunningSite) -> None:
    for _ in range(20):
        sid = session(quiet.url)
        assert (
            requests.get(f"{quiet.url}/socket.io/?EIO=4&transport=websocket&sid={sid}", timeout=10).status_code == 400
        )
        assert post(quiet.url, sid, b"1").status_code in (200, 400)


FRAMES = st.builds(
    lambda payload, opcode, fin, masked: frame(payload, opcode, fin=fin, masked=masked),
    st.binary(max_size=40)
    | st.sampled_from(
        ["3", "1", "5", "2probe", f"40{LESSON},", f"41{LESSON},", f'42{LESSON},1["stop",{{}}]', "41", "40"]
    ).map(str.encode),
    st.sampled_from([TEXT, TEXT, TEXT, TEXT, BINARY, CONTINUATION, 8, 9, 10, 3]),
    st.sampled_from([True, True, True, False]),
    st.sampled_from([True, True, True, True, False]),
)


def test_any_frames_in_any_order_leave_the_site_quiet(quiet: RunningSite, cookie: str) -> None:
    count = [0]

    @settings(max_examples=cases(60))
    @given(st.lists(FRAMES | st.binary(max_size=20), max_size=12))
    def fuzz(frames: list[bytes]) -> None:
        count[0] += 1
        with raw(
            quiet.url, headers=f"Cookie: {cookie}\r\n", address=f"10.1.{count[0] // 250 % 250}.{count[0] % 250}"
        ) as page:
            _send(page, b"".join(frames))

    fuzz()


def test_any_bodies_in_any_order_leave_the_site_quiet(quiet: RunningSite, cookie: str) -> None:
    texts = st.sampled_from(
        ["3", "1", "5", "2probe", f"40{LESSON},", f"41{LESSON},", f'42{LESSON},1["stop",{{}}]', "b4", "d=4", ""]
    )
    bodies = st.binary(min_size=1, max_size=40) | st.lists(texts, min_size=1, max_size=20).map("\x1e".join).map(
        str.encode
    )

    @settings(max_examples=cases(30))
    @given(st.lists(bodies, min_size=1, max_size=4))
    def fuzz(several: list[bytes]) -> None:
        sid = session(quiet.url, Cookie=cookie)
        for body in several:
            if body:
                post(quiet.url, sid, body, Cookie=cookie)
        post(quiet.url, sid, b"1", Cookie=cookie)

    fuzz()
