"""A learner's server may answer anything; what is no proper answer is not passed on."""

import socket
import threading
import time
from contextlib import suppress
from functools import partial

import pytest
from werkzeug.test import Client

from course.sandbox.gateway import backend as gateway_backend
from course.sandbox.gateway import http as gateway_http
from course.sandbox.gateway.admission import Admission
from course.sandbox.gateway.middleware import Gateway
from tests.sandbox.gateway.scripted import HOST, PREFIX, StubSandbox, build_gateway, course_app, get, listening, serving
from tests.sandbox.gateway.stage import RUNNING


@pytest.fixture
def answering(tmp_path):
    """Get a path from a learner's server that answers with these bytes and closes."""

    def ask(data, path="/", **options):
        sandbox = StubSandbox(tmp_path / "s")
        with listening(sandbox.socket_path, lambda connection, head: connection.sendall(data)):
            answer = get(build_gateway(sandbox), PREFIX + path, **options)
            answer.frames = sandbox.frames()
            return answer

    return ask


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"hello\r\n\r\n", id="no http"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", id="half a head"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", id="two lengths"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            id="length and chunked",
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", id="unknown coding"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: a\r\n\tb\nEvil: 1\r\nBad Name: 1\r\n\r\n", id="bad header"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", id="zero byte"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: yyyyyyyyyyyyyyyy\r\n" * 4000 + b"\r\n", id="a giant head"),
        pytest.param(b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n", id="an upgrade nobody asked for"),
        *(
            pytest.param(
                b"HTTP/1.1 200 OK\r\n" + name + b": text/ht" + sign + b"ml\r\nContent-Length: 0\r\n\r\n",
                id=f"{sign!r} in {name.decode()}",
            )
            for name in (b"Content-Type", b"Allow", b"Set-Cookie", b"X-Own")
            for sign in (b"\x01", b"\x1b", b"\x7f")
        ),
    ],
)
def test_nonsense_becomes_502(answering, data):
    answer = answering(data)
    assert answer.status_code == 502
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")


@pytest.mark.parametrize(("data", "code"), [(b"", "no_answer"), (b"HTTP", "bad_answer")])
def test_hanging_up_is_told_from_nonsense(answering, data, code):
    answer = answering(data, "/socket.io/?EIO=4&transport=polling")
    assert answer.get_json()["code"] == code


def test_interim_answers_are_skipped(answering):
    answer = answering(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    assert (answer.status_code, answer.data) == (200, b"ok")
    assert "Link" not in answer.headers


def test_interim_answers_come_to_an_end(answering):
    few, many = (b"HTTP/1.1 100 Continue\r\n\r\n" * count for count in (8, 9))
    final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    assert answering(few + final).data == b"ok"
    assert answering(many + final).status_code == 502


def test_a_head_that_drips_is_given_up_in_time(tmp_path, monkeypatch):
    monkeypatch.setattr(gateway_backend, "HEAD_SECONDS", 0.1)
    sandbox, over = StubSandbox(tmp_path / "s"), threading.Event()

    def drips(connection, head):
        with suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not over.wait(0.02):
                connection.sendall(b"y")

    with listening(sandbox.socket_path, drips):
        assert get(build_gateway(sandbox), f"{PREFIX}/").status_code == 504
        over.set()


def test_a_polling_answer_that_drips_is_given_up_in_time(tmp_path, monkeypatch):
    monkeypatch.setattr(gateway_http, "BODY_SECONDS", 0.1)
    sandbox, over = StubSandbox(tmp_path / "s"), threading.Event()

    def drips(connection, head):
        with suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not over.wait(0.02):
                connection.sendall(b"y")

    with listening(sandbox.socket_path, drips):
        answer = get(build_gateway(sandbox), f"{PREFIX}/socket.io/?EIO=4&transport=polling")
        over.set()
    assert answer.status_code == 504


def test_chunks_of_a_byte_each_are_passed_on_together(tmp_path):
    sandbox = StubSandbox(tmp_path / "s")
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 300 + b"0\r\n\r\n"
    with listening(sandbox.socket_path, lambda connection, head: connection.sendall(chunked)):
        answer = Client(build_gateway(sandbox)).get(f"{PREFIX}/", base_url=f"http://{HOST}")
        pieces = list(answer.response)
        answer.close()
    assert b"".join(pieces) == b"x" * 300
    assert len(pieces) < 30


def test_only_as_many_cookies_of_an_answer_are_kept_as_a_jar_holds(answering):
    cookies = b"".join(b"Set-Cookie: c%d=%d\r\n" % (number, number) for number in range(1000))
    assert answering(b"HTTP/1.1 200 OK\r\n" + cookies + b"Content-Length: 0\r\n\r\n").status_code == 200


def test_json_of_any_depth_is_no_session(answering):
    deep = b"0" + b'{"sid":' * 100_000
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(deep)
    assert answering(head + deep, "/socket.io/?EIO=4&transport=polling").status_code == 413


def test_the_wording_of_the_status_is_ours(answering):
    assert answering(b"HTTP/1.1 200 Pwned\r\nContent-Length: 0\r\n\r\n").status == "200 OK"
    assert answering(b"HTTP/1.1 299 Pwned\r\nContent-Length: 0\r\n\r\n").status == "299 Unknown"


def test_only_whole_polling_answers_are_traced(answering):
    body = b'0{"sid":"x"}\x1e40\x1ebAQ=='
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    path = "/socket.io/?EIO=4&transport=polling"
    assert answering(head + body, path).frames == [
        ("received", '0{"sid":"x"}'),
        ("received", "40"),
        ("received", "bAQ=="),
    ]
    assert answering(b"HTTP/1.1 400 Bad\r\nContent-Length: 1\r\n\r\nx", path).frames == []
    assert answering(head + body[:-1], path).status_code == 502


@pytest.mark.parametrize("first", [b"0", b"0[]", b'0{"sid":7}', b"0null", b"\xff"])
def test_a_strange_open_packet_is_passed_and_shown(answering, first):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(first)
    answer = answering(head + first, "/socket.io/?EIO=4&transport=polling")
    assert (answer.status_code, answer.data) == (200, first)
    assert answer.frames == [("received", first.decode("utf-8", "replace"))]


def test_a_giant_packet_is_refused_both_ways(answering):
    giant = b"4" + b"x" * 300 * 1024
    path = "/socket.io/?EIO=4&transport=polling"
    answer = answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(giant) + giant, path)
    assert answer.status_code == 413
    assert answer.json["code"] == "too_large"


def test_a_silent_server_becomes_504(tmp_path, monkeypatch):
    monkeypatch.setattr(gateway_backend, "ANSWER_SECONDS", 0.05)
    sandbox = StubSandbox(tmp_path / "s")
    with listening(sandbox.socket_path, lambda connection, head: connection.recv(1)):
        assert get(build_gateway(sandbox), f"{PREFIX}/").status_code == 504


def test_a_server_that_never_accepts_is_refused_at_once(tmp_path):
    sandbox = StubSandbox(tmp_path / "s")
    waiting = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(sandbox.socket_path))
        listener.listen(0)
        while True:
            connection = socket.socket(socket.AF_UNIX)
            connection.setblocking(False)
            waiting.append(connection)
            if connection.connect_ex(str(sandbox.socket_path)):
                break
        began = time.monotonic()
        answer = get(build_gateway(sandbox), f"{PREFIX}/")
        for connection in waiting:
            connection.close()
    assert answer.status_code == 503
    assert time.monotonic() - began < 1


def test_a_body_that_drips_is_given_up_in_time(tmp_path, monkeypatch):
    monkeypatch.setattr(gateway_http, "BODY_SECONDS", 0.05)
    sandbox = StubSandbox(tmp_path / "s")
    with serving(build_gateway(sandbox)) as address, socket.create_connection(address, timeout=10) as connection:
        connection.sendall(f"POST {PREFIX}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\ndrip".encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 408")


class TestHosts:
    @pytest.fixture
    def client(self, tmp_path):
        sandbox = StubSandbox(tmp_path / "s")
        gateway = build_gateway(sandbox, host="run.example", course_url="https://course.example")
        data = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        with listening(sandbox.socket_path, lambda connection, head: connection.sendall(data)):
            yield partial(get, gateway)

    def test_sandboxes_are_served_under_their_host_only(self, client):
        assert client(f"{PREFIX}/", base_url="https://run.example").data == b"ok"
        assert client(f"{PREFIX}/", base_url="https://course.example").status_code == 404

    def test_the_course_is_never_served_there(self, client):
        assert client("/lessons", base_url="https://course.example").data == b"the course"
        refused = client("/lessons", base_url="https://run.example")
        assert refused.status_code == 404
        assert refused.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"

    def test_the_courses_pages_may_talk_to_them(self, client):
        headers = {"Origin": "https://course.example"}
        answer = client(f"{PREFIX}/", base_url="https://run.example", headers=headers)
        assert answer.headers["Access-Control-Allow-Origin"] == "https://course.example"

    def test_the_ready_client_is_the_courses_page(self, client):
        answer = client(f"/sandbox/{RUNNING}/", base_url="https://run.example")
        assert answer.headers["Location"] == f"https://course.example/connect/{RUNNING}"

    def test_a_host_needs_the_address_of_the_course(self):
        with pytest.raises(ValueError, match="address of the course"):
            Gateway(course_app, {}, host="run.example")


def test_ended_sandboxes_are_forgotten(tmp_path):
    first, second = StubSandbox(tmp_path / "s"), StubSandbox(tmp_path / "s")
    other = "w1-" + "d" * 32
    sandboxes = {RUNNING: first, other: second}
    gateway = Gateway(course_app, sandboxes)
    data = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nContent-Length: 0\r\n\r\n"
    with listening(first.socket_path, lambda connection, head: connection.sendall(data)):
        get(gateway, f"{PREFIX}/")
        del sandboxes[RUNNING]
        get(gateway, f"/sandbox/{other}/A/")
    assert list(gateway._admissions) == [other]
    assert isinstance(gateway._admissions[other], Admission)
