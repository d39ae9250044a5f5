"""Ordinary requests through the gateway: what passes, what it answers itself, and in which words."""

import socket

import pytest

from tests.sandbox.gateway.stage import ENDED, RUNNING


def test_a_request_arrives_with_method_path_query_and_body(front):
    headers = [("Content-Type", "text/plain"), ("Accept", "application/json"), ("X-Anything", "else")]
    answer = front.request("POST", "/seen?a=1&b=%20", headers=headers, body=b"hello")
    assert answer.status == 200
    seen = answer.json
    assert (seen["method"], seen["path"], seen["query"], seen["body"]) == ("POST", "/seen", "a=1&b=%20", "hello")
    assert seen["headers"] == {
        "host": "localhost:5000",
        "x-duplex-client": "A",  # whose request it is: a sandbox's own server takes it out again
        "accept": "application/json",
        "content-type": "text/plain",
        "content-length": "5",
        "connection": "close",
    }


def test_the_rest_is_the_courses(front):
    assert front.request("GET", "", whole_path="/lessons").json == {"course": "/lessons"}


def test_a_page_passes_with_its_type(front):
    answer = front.request("GET", "/")
    assert answer.status == 200
    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert b"<h1>Hello</h1>" in answer.body


def test_an_answer_is_passed_on_while_it_is_written(front):
    with front.connect() as connection:
        connection.sendall(f"GET {front.prefix()}/stream HTTP/1.1\r\nHost: {front.host}\r\n\r\n".encode())
        data = b""
        while b"piece 0" not in data:
            data += connection.recv(65536)
        assert b"piece 2" not in data
        while b"piece 2" not in data:
            data += connection.recv(65536)


def test_a_large_answer_passes_whole(front):
    assert front.request("GET", "/large?blocks=40").body == b"x" * 65536 * 40


def test_head_has_the_headers_and_no_body(front):
    answer = front.request("HEAD", "/")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.header("content-length") == str(len(front.request("GET", "/").body))


def test_an_own_404_is_the_learners(front):
    answer = front.request("GET", "/none")
    assert answer.status == 404
    assert b"Not Found" in answer.body


def test_two_clients_have_cookies_of_their_own(front):
    tags = [f"{letter}-{front.server}" for letter in "ab"]
    counted = [front.request("GET", "/count", client=tags[index]) for index in (0, 0, 1, 0)]
    assert [answer.body for answer in counted] == [b"1", b"2", b"1", b"3"]
    assert all("learner" not in value for answer in counted for name, value in answer.headers if name == "set-cookie")
    assert [answer.header("set-cookie") for answer in counted] == [None] * 4


def test_a_redirect_stays_in_the_prefix(front):
    answer = front.request("GET", "/go?to=/count%3Fa%3D1")
    assert (answer.status, answer.header("location")) == (302, f"{front.prefix()}/count?a=1")


def test_an_opaque_page_is_answered_with_cors(front):
    answer = front.request("GET", "/seen", headers=[("Origin", "null")])
    assert answer.header("access-control-allow-origin") == "null"
    assert answer.header("vary") == "Origin"
    assert answer.json["headers"]["origin"] == "http://localhost:5000"


def test_a_preflight_is_answered_here(front):
    before = front.journal()
    headers = [("Origin", "null"), ("Access-Control-Request-Method", "POST")]
    answer = front.request("OPTIONS", "/preflighted", headers=headers)
    assert answer.status == 204
    assert answer.header("access-control-allow-origin") == "null"
    assert "POST" in answer.header("access-control-allow-methods")
    assert not [line for line in front.journal()[len(before) :] if "preflighted" in line]


def test_another_options_request_is_the_learners(front):
    assert "GET" in front.request("OPTIONS", "/seen").header("allow")


@pytest.mark.parametrize(
    ("sandbox", "status", "code"), [("w1-" + "0" * 32, 404, "unknown_sandbox"), (ENDED, 410, "sandbox_ended")]
)
def test_engineio_clients_are_refused_in_json_and_others_in_words(front, sandbox, status, code):
    answer = front.request("GET", "/socket.io/?EIO=4&transport=polling", sandbox=sandbox)
    assert (answer.status, answer.json["code"]) == (status, code)
    plain = front.request("GET", "/", sandbox=sandbox)
    assert (plain.status, plain.body.decode()) == (status, answer.json["message"] + "\n")
    assert plain.header("content-type") == "text/plain; charset=utf-8"


def test_the_address_of_the_sandbox_alone_leads_to_the_ready_client(front):
    answer = front.request("GET", "", whole_path=f"/sandbox/{RUNNING}/")
    assert (answer.status, answer.header("location")) == (302, f"/connect/{RUNNING}")


def test_the_address_of_a_client_gets_its_slash(front):
    answer = front.request("GET", "")
    assert (answer.status, answer.header("location")) == (302, f"{front.prefix()}/")


def test_a_connection_may_serve_one_request_after_another(gunicorn):
    head = f"POST {gunicorn.prefix()}/seen HTTP/1.1\r\nHost: {gunicorn.host}\r\nContent-Length: 2\r\n\r\n"
    with gunicorn.connect() as connection:
        for number in range(3):
            connection.sendall(f"{head}n{number}".encode())
            data = b""
            while b'"body":' not in data or not data.rstrip().endswith(b"}"):
                data += connection.recv(65536)
            assert f'"body":"n{number}"'.encode() in data


def test_a_body_that_stops_is_refused(front):
    data = front.raw(
        f"POST {front.prefix()}/seen HTTP/1.1\r\nHost: {front.host}\r\nContent-Length: 100\r\n\r\nhalf".encode(),
        shut=True,
    )
    assert data.startswith(b"HTTP/1.1 408")


def test_a_client_that_goes_away_in_the_middle_gives_its_place_back(gunicorn):
    # More of them than the sandbox has connections.
    for _ in range(20):
        connection = gunicorn.connect()
        connection.sendall(
            f"GET {gunicorn.prefix()}/large?blocks=400 HTTP/1.1\r\nHost: {gunicorn.host}\r\n\r\n".encode()
        )
        connection.recv(1000)
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()
    assert gunicorn.request("GET", "/seen").status == 200


def test_a_clients_page_is_answered_here_and_never_by_the_learners_server(front):
    script = front.request("GET", "/client.js", client="~A", headers=[("Origin", "null")])
    assert (script.status, script.body) == (200, b"const socket = io();\n")
    assert script.header("access-control-allow-origin") == "null"
    page = front.request("GET", "/", client="~A")
    assert b'<script crossorigin src="client.js">' in page.body
    assert page.header("content-security-policy").startswith("sandbox allow-scripts allow-forms; default-src 'none';")
    assert front.request("HEAD", "/", client="~A").body == b""
    assert front.request("GET", "/seen", client="~A").status == 404
    assert front.request("POST", "/client.js", client="~A", body=b"x").status == 405
    moved = front.request("GET", "", client="~A")
    assert (moved.status, moved.header("location")) == (302, f"{front.prefix('~A')}/")
    assert front.request("GET", "/", client="~A", sandbox=ENDED).status == 410
