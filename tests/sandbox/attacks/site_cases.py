"""Attacks on the course's own Socket.IO, by clients that no page is: frames, bodies, requests and crowds.

Each case has the layer that must refuse it, what it does with a running site (which believes one proxy about where its
visitors come from), and the outcome that is expected, in the words of the attack table.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass

import requests

from course.live.packets import MESSAGE_BYTES
from course.shares import prices
from tests.live.raw import BINARY, CLOSE, CONTINUATION, LESSON, PING, Raw, cookie_of, frame, raw

GROUP = "the course's own Socket.IO"


@dataclass(frozen=True)
class SiteCase:
    name: str
    layer: str
    expected: str
    attempt: Callable[[str], str]
    """Takes the address of the site."""


CASES: list[SiteCase] = []


def case(layer: str, expected: str) -> Callable[[Callable[[str], str]], Callable[[str], str]]:
    def add(attempt: Callable[[str], str]) -> Callable[[str], str]:
        CASES.append(SiteCase(attempt.__name__.replace("_", " "), layer, expected, attempt))
        return attempt

    return add


def session(url: str, **headers: str) -> str:
    """Open a connection over long-polling, and return its id."""
    told = requests.get(f"{url}/socket.io/?EIO=4&transport=polling", headers=headers, timeout=10)
    return json.loads(told.text[1:])["sid"]


def post(url: str, sid: str, body: bytes | str, **headers: str) -> requests.Response:
    address = f"{url}/socket.io/?EIO=4&transport=polling&sid={sid}"
    return requests.post(address, data=body, headers=headers, timeout=10)


def closes(page: Raw, *sent: bytes) -> str:
    """Return how a page's connection ends after these bytes."""
    with suppress(OSError):
        for data in sent:
            page.send(data)
    code, reason = page.closed()
    return f"closed {code}" if code != 1008 or reason.endswith(".") else f"closed {code} without a sentence"


LONG_POLLING_BODIES = {
    "bytes that are no text": b"\xff\xfe",
    "an empty frame between two good ones": b"3\x1e\x1e3",
    "base64 that is none": b"b////==",
    "base64 that is good": b"bAAEC",
    "a value instead of a packet": b"4true",
    "a probe where nothing is upgraded": b"2probe",
    "an upgrade of nothing": b"5",
    "seventeen frames": b"\x1e".join([b"3"] * 17),
    "JSONP's form": b"d=3",
    "a digit that is not ASCII": "٣".encode(),
}
FRAMES = {
    "an empty frame": (frame(b""), 1008),
    "a binary frame": (frame(b"\x00\x01", BINARY), 1008),
    "base64 on a WebSocket": (frame(b"b////=="), 1008),
    "a kind that is not ASCII": (frame("²é".encode()), 1008),
    "a handshake that the client makes": (frame(b'0{"sid":"mine"}'), 1008),
    "a ping of Engine.IO's": (frame(b"2"), 1008),
    "a kind that there is not": (frame(b"9"), 1008),
    "JSON instead of a packet": (frame(b'4{"a":1}'), 1008),
    "true instead of a packet": (frame(b"4true"), 1008),
    "lists 200,000 deep": (frame(f"42{LESSON},[".encode() + b"[" * 200_000), 1008),
    "a number of 100,000 digits": (frame(f"42{LESSON},[".encode() + b"1" * 100_000 + b"]"), 1008),
    "100,000 values": (frame(f'42{LESSON},["save",'.encode() + b"0," * 100_000 + b"0]"), 1008),
    "999,999,999 attachments": (frame(f'45999999999-{LESSON},["save"]'.encode()), 1008),
    "a placeholder for one attachment": (
        frame(f'451-{LESSON},["save",{{"_placeholder":true,"num":0}}]'.encode()),
        1008,
    ),
    "attachments of an event that has none": (frame(f'427-{LESSON},["save"]'.encode()), 1008),
    "an acknowledgement of nothing": (frame(f"43{LESSON},1[]".encode()), 1008),
    "a refusal by the client": (frame(b'44{"message":"no"}'), 1008),
    "an id of 99 digits": (frame(f'42{LESSON},{"9" * 99}["stop"]'.encode()), 1008),
    "a namespace of 5,000 characters": (frame(f"40/{'n' * 5000},".encode()), 1008),
    "5,000 characters to connect with": (frame(f'40{LESSON},{{"a":"{"x" * 5000}"}}'.encode()), 1008),
    "text that is no UTF-8": (frame(b"4\xff\xfe"), 1007),
    "a frame without a mask": (frame(b"3", masked=False), 1002),
    "an opcode that there is not": (frame(b"", 5), 1002),
    "a ping of 126 bytes": (frame(b"x" * 126, PING), 1002),
    "a ping in parts": (frame(b"x", PING, fin=False), 1002),
    "the end of a message that never began": (frame(b"x", CONTINUATION), 1002),
    "a message inside another": (frame(b"42", fin=False) + frame(b"3"), 1002),
    "reserved bits": (b"\xf1" + frame(b"3")[1:], 1002),
    "a close of one byte": (frame(b"\x03", CLOSE), 1002),
}


def _frame_case(name: str, sent: bytes, code: int) -> SiteCase:
    def attempt(url: str) -> str:
        with raw(url, cookie_of(url)) as page:
            return closes(page, sent)

    return SiteCase(name, "guard: what a page may send", f"closed {code}", attempt)


def _body_case(name: str, body: bytes) -> SiteCase:
    def attempt(url: str) -> str:
        sid = session(url)
        first, second = post(url, sid, body), post(url, sid, b"3")
        return f"{first.status_code}, then {'ended' if second.status_code == 400 else 'it went on'}"

    return SiteCase(f"{name}, by long-polling", "guard: what a page may send", "400, then ended", attempt)


CASES += [_frame_case(name, sent, code) for name, (sent, code) in FRAMES.items()]
CASES += [_body_case(name, body) for name, body in LONG_POLLING_BODIES.items()]


@case("guard: size of a message", "closed 1009")
def a_message_that_never_ends(url: str) -> str:
    parts = [frame(b"4" + b"x" * 65_000, fin=False), *[frame(b"x" * 65_000, CONTINUATION, fin=False)] * 30]
    with raw(url, cookie_of(url)) as page:
        return closes(page, *parts)


@case("guard: size of a message", "closed 1009")
def a_message_of_a_single_byte_too_many(url: str) -> str:
    with raw(url, cookie_of(url)) as page:
        return closes(page, frame(b"4" + b"2" * MESSAGE_BYTES))


@case("guard: nothing is kept that is only announced", "answered")
def ten_frames_that_announce_a_terabyte(url: str) -> str:
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(raw(url, cookie_of(url))).send(frame(b"42", length=1 << 40))
        return "answered" if requests.get(f"{url}/healthz", timeout=10).ok else "silent"


def _request(url: str, head: str) -> str:
    place = url.removeprefix("http://")
    host, port = place.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(f"{head}\r\nHost: {place}\r\nConnection: close\r\n\r\n3".encode())
        return connection.recv(65536).split()[1].decode()


@case("door: bodies", "413")
def a_body_that_is_too_long(url: str) -> str:
    path = f"/socket.io/?EIO=4&transport=polling&sid={session(url)}"
    return _request(url, f"POST {path} HTTP/1.1\r\nContent-Length: {MESSAGE_BYTES + 1}")


@case("door: bodies", "411")
def a_body_of_no_length(url: str) -> str:
    return _request(url, f"POST /socket.io/?EIO=4&transport=polling&sid={session(url)} HTTP/1.1")


@case("door: bodies", "400")
def a_body_for_a_connection_that_there_is_not(url: str) -> str:
    return str(post(url, "nobody", b"x" * 100_000).status_code)


@case("door: addresses", "400")
def a_request_for_jsonp(url: str) -> str:
    return str(requests.get(f"{url}/socket.io/?EIO=4&transport=polling&j=0", timeout=10).status_code)


@case("door: addresses", "400")
def fifty_fields_in_an_address(url: str) -> str:
    fields = "&".join(f"a{number}=1" for number in range(50))
    return str(requests.get(f"{url}/socket.io/?EIO=4&transport=polling&{fields}", timeout=10).status_code)


@case("door: handshakes", "400")
def half_a_handshake(url: str) -> str:
    address = f"{url}/socket.io/?EIO=4&transport=websocket"
    return str(requests.get(address, headers={"Upgrade": "websocket"}, timeout=10).status_code)


@case("door: handshakes", "400")
def a_handshake_under_another_transports_name(url: str) -> str:
    return _request(
        url,
        "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )


@case("guard: ends", "nothing is left")
def a_page_that_connects_behind_its_own_end(url: str) -> str:
    cookie = cookie_of(url)
    for body in (f"1\x1e40{LESSON},", f"40{LESSON},\x1e1", f'40{LESSON},\x1e1\x1e42{LESSON},1["answer",{{}}]'):
        post(url, session(url, Cookie=cookie), body, Cookie=cookie)
    with raw(url, cookie_of(url)) as onlooker:
        here = json.loads(onlooker.heard(f'42{LESSON},["presence",')[:-1])["here"]
    return "nothing is left" if here == 1 else f"{here} are there"


@case("guard: pages", "closed 1008")
def one_connection_on_every_lesson(url: str) -> str:
    lessons = ("emitting-events", "connections", "performance", "rooms-and-namespaces", "playground")
    with raw(url, cookie_of(url)) as page:
        return closes(page, *(frame(f"40/lessons/{lesson},".encode()) for lesson in lessons))


@case("shares: a learner's pages", "refused")
def a_hundred_pages_of_one_learner(url: str) -> str:
    cookie = cookie_of(url)
    with ExitStack() as stack:
        for _ in range(prices.CONNECTIONS_OF_LEARNER):
            stack.enter_context(raw(url, cookie))
        told = stack.enter_context(raw(url, headers=f"Cookie: {cookie}\r\n")).connect()
        return "refused" if "too_many_pages" in told else told


@case("shares: an address's connections", "refused, its neighbour is not")
def four_hundred_connections_of_one_address(url: str) -> str:
    with ExitStack() as stack:
        statuses = []
        for number in range(400):
            page = stack.enter_context(raw(url, address=f"2001:db8:5::{number:x}"))
            statuses.append(page.status)
            if page.status != 101:
                break
        neighbour = stack.enter_context(raw(url, address="2001:db8:6::1")).status
    return "refused, its neighbour is not" if (statuses[-1], neighbour) == (401, 101) else f"{statuses} {neighbour}"


@case("shares: a learner's budget", "refused")
def eighty_unknown_events(url: str) -> str:
    with raw(url, cookie_of(url)) as page:
        for number in range(80):
            page.say(f'42{LESSON},{number}["sudo",{{}}]')
        answers = [page.heard(f"43{LESSON},") for _ in range(66)]
    return "refused" if any("too_often" in answer for answer in answers) else "all were answered"
