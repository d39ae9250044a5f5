"""Attacks on the gateway: by a client's bytes, by a learner's answers, by a page of another site.

Each case has the layer that must refuse it, what it does with a served gateway, and the outcome that is expected,
in the words of the attack table. `attempt` returns the outcome that was seen.
"""

import json
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass

from tests.sandbox.gateway.stage import NOBODY, RUNNING, Front, client_frame, read_all

REFUSED = "refused"
CONTAINED = "contained"


@dataclass(frozen=True)
class GatewayCase:
    name: str
    layer: str
    expected: str
    attempt: Callable[[Front], str]


CASES: list[GatewayCase] = []


def case(layer, expected):
    def add(attempt):
        CASES.append(GatewayCase(attempt.__name__.replace("_", " "), layer, expected, attempt))
        return attempt

    return add


def status(answer, wanted):
    return REFUSED if answer.status == wanted else f"{answer.status} {answer.body[:200]!r}"


def smuggled(front):
    """Whether a request that was hidden in another one reached the learner's server."""
    return "smuggled" if any("/smuggled" in line for line in front.journal()) else CONTAINED


HIDDEN = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"


# Framing (RFC 9112, section 6.3)


@case("framing", CONTAINED)
def a_request_with_both_length_and_chunked(front):
    body = b"0\r\n\r\n" + HIDDEN
    headers = [("Content-Length", str(len(body))), ("Transfer-Encoding", "chunked")]
    answer = front.request("POST", "/seen", headers=headers, body=body)
    return smuggled(front) if answer.status == 400 else f"{answer.status}"


@case("framing", CONTAINED)
def a_chunked_request(front):
    answer = front.request("POST", "/seen", headers=[("Transfer-Encoding", "chunked")], body=b"0\r\n\r\n" + HIDDEN)
    return smuggled(front) if answer.status == 400 else f"{answer.status}"


@case("framing", CONTAINED)
def an_obfuscated_chunked_request(front):
    body = b"0\r\n\r\n" + HIDDEN
    headers = [("Content-Length", str(len(body))), ("Transfer-Encoding", "\x0bchunked")]
    answer = front.request("POST", "/seen", headers=headers, body=body)
    return smuggled(front) if answer.status in (400, 501) else f"{answer.status}"


@case("framing", CONTAINED)
def two_lengths_that_differ(front):
    # Whatever length the web server believes, the learner's server gets one request with the length of its body.
    front.request("POST", "/seen", headers=[("Content-Length", "1"), ("Content-Length", "40")], body=b"x" + HIDDEN)
    return smuggled(front)


@case("framing", CONTAINED)
def lengths_that_are_no_numbers(front):
    for length in ("-1", "+5", "0x10", "5 5", "1e3", "99999999999999999999"):
        answer = front.request("POST", "/seen", headers=[("Content-Length", length)], body=b"hello")
        if answer.status not in (0, 400, 413):
            return f"{length}: {answer.status}"
    return smuggled(front)


@case("framing", CONTAINED)
def a_request_hidden_in_a_body(front):
    answer = front.request("POST", "/seen", body=HIDDEN)
    return smuggled(front) if answer.json["body"].encode() == HIDDEN else answer.body.decode()


@case("framing", CONTAINED)
def a_request_hidden_behind_an_upgrade(front):
    with closing(front.connect()) as connection:
        connection.sendall(
            f"GET {front.prefix()}/seen HTTP/1.1\r\nHost: {front.host}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 777\r\n\r\n".encode()
            + HIDDEN
        )
        connection.settimeout(1)
        answer = connection.recv(65536)
    return smuggled(front) if answer.startswith(b"HTTP/1.1 400") else repr(answer)


@case("framing", REFUSED)
def an_upgrade_with_a_body(front):
    connection, answer = front.upgrade(headers=[("Content-Length", "5")])
    connection.close()
    return status(answer, 400)


# Addresses


@case("address", REFUSED)
def a_guessed_id(front):
    return status(front.request("GET", "/", sandbox="w1-" + "0" * 32), 404)


@case("address", REFUSED)
def an_id_that_is_a_path(front):
    for name in ("..", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e", f"{RUNNING}%2f..%2f..", f"{RUNNING}%00", "w1-*"):
        answer = front.request("GET", "/", sandbox=name)
        if answer.status not in (400, 404):
            return f"{name}: {answer.status}"
    return REFUSED


@case("address", REFUSED)
def a_path_that_climbs_out_of_the_prefix(front):
    for path in ("/..%2f..%2f..%2flessons", "/../../../lessons", "/%2e%2e/lessons", "//evil.example/", "/a%5c..%5cb"):
        answer = front.request("GET", path)
        if answer.status != 400:
            return f"{path}: {answer.status}"
    return REFUSED


@case("address", REFUSED)
def a_line_break_in_the_path(front):
    return status(front.request("GET", "/x%0d%0aX-Evil:%201"), 400)


@case("address", REFUSED)
def a_line_break_in_the_pretended_origin(front):
    return status(front.request("GET", "/seen?duplex_origin=http://x%0d%0aCookie:%20evil"), 400)


@case("address", REFUSED)
def a_host_that_writes_into_the_policy(front):
    return status(front.request("GET", "/", headers=[("Host", "x;script-src *")]), 400)


@case("address", CONTAINED)
def a_sandbox_that_does_not_listen(front):
    answer = front.request("GET", "/", sandbox=NOBODY)
    return CONTAINED if answer.status == 503 else f"{answer.status}"


# The course's secrets


@case("headers", CONTAINED)
def the_courses_cookie_and_authorization(front):
    secrets = [("Cookie", "session=course-secret"), ("Authorization", "Bearer course-secret")]
    answer = front.request("GET", "/seen", headers=[*secrets, ("X-Forwarded-For", "1.2.3.4")])
    return CONTAINED if b"secret" not in answer.body and b"1.2.3.4" not in answer.body else answer.body.decode()


@case("headers", CONTAINED)
def headers_that_speak_for_the_whole_origin(front):
    hostile = [
        "Set-Cookie",
        "Service-Worker-Allowed",
        "Clear-Site-Data",
        "Refresh",
        "Link",
        "Strict-Transport-Security",
        "X-Accel-Redirect",
        "X-Sendfile",
        "Access-Control-Allow-Credentials",
        "Content-Security-Policy",
        "Alt-Svc",
    ]
    answer = front.request("GET", "/hostile-headers?" + "&".join(f"name={name}" for name in hostile), client="hostile")
    leaked = [name for name, value in answer.headers if "learner" in value or "forged" in value]
    return CONTAINED if answer.status == 200 and not leaked else f"{answer.status} {leaked}"


@case("policy", CONTAINED)
def a_page_that_would_run_as_the_course(front):
    answer = front.request("GET", "/")
    policy = answer.header("content-security-policy")
    sandboxed = policy.startswith("sandbox allow-scripts allow-forms;") and "allow-same-origin" not in policy
    return CONTAINED if answer.status == 200 and sandboxed else policy


@case("policy", CONTAINED)
def an_error_page_that_would_run_as_the_course(front):
    for path, sandbox in (("/none", RUNNING), ("/", "w1-" + "0" * 32), ("/..%2f", RUNNING)):
        policy = front.request("GET", path, sandbox=sandbox).header("content-security-policy") or ""
        if not policy.startswith("sandbox"):
            return f"{path}: {policy!r}"
    return CONTAINED


@case("redirects", CONTAINED)
def a_redirect_out_of_the_prefix(front):
    targets = (
        "https://evil.example/",
        "//evil.example/",
        f"http://{front.host}/lessons",
        "/%252e%252e/lessons",
        "/\\x",
    )
    for target in targets:
        answer = front.request("GET", f"/go?to={target}")
        location = answer.header("location")
        if answer.status != 502 and not (location or "").startswith(front.prefix() + "/"):
            return f"{target}: {answer.status} {location}"
    return CONTAINED


# Pages of other sites


@case("origin", REFUSED)
def a_request_from_a_foreign_page(front):
    return status(front.request("GET", "/seen", headers=[("Origin", "https://evil.example")]), 403)


@case("the program's own cors_allowed_origins", REFUSED)
def a_websocket_from_a_foreign_page(front):
    connection, answer = front.upgrade(headers=[("Origin", "https://evil.example")])
    connection.close()
    return status(answer, 400)


@case("the program's own cors_allowed_origins", REFUSED)
def a_handshake_from_a_foreign_page(front):
    answer = front.request("GET", "/socket.io/?EIO=4&transport=polling", headers=[("Origin", "https://evil.example")])
    return status(answer, 400)


@case("origin", REFUSED)
def an_origin_that_nobody_can_read(front):
    for origin in ("http://[", "https://", "x", "https://a.example, https://b.example", "http://[::1", "https://\xe9"):
        answer = front.request("GET", "/seen", headers=[("Origin", origin)])
        if answer.status != 403:
            return f"{origin}: {answer.status}"
    return REFUSED


@case("headers", CONTAINED)
def credentials_for_a_foreign_page(front):
    headers = [("Origin", "http://localhost:5173"), ("Cookie", "session=course-secret")]
    tag, path = f"live-{front.server[0]}", "/socket.io/?EIO=4&transport=polling"
    answer = front.request("GET", path, headers=headers, client=tag)
    front.request("POST", f"{path}&sid={json.loads(answer.body[1:])['sid']}", body=b"1", client=tag)
    allowed = (answer.header("access-control-allow-origin"), answer.header("access-control-allow-credentials"))
    return CONTAINED if allowed == ("http://localhost:5173", None) else f"{answer.status} {allowed}"


@case("origin", REFUSED)
def a_client_page_for_a_foreign_page(front):
    return status(front.request("GET", "/client.js", client="~A", headers=[("Origin", "http://localhost:5173")]), 403)


@case("origin", REFUSED)
def a_preflight_from_a_foreign_page(front):
    headers = [("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST")]
    return status(front.request("OPTIONS", "/seen", headers=headers), 403)


def not_our_page(front, origin):
    answers = [
        front.request("GET", "/seen", headers=[("Origin", origin)]).status,
        front.request(
            "OPTIONS", "/seen", headers=[("Origin", origin), ("Access-Control-Request-Method", "PUT")]
        ).status,
    ]
    connection, answer = front.upgrade(headers=[("Origin", origin)])
    connection.close()
    refused = answers == [403, 403] and answer.status in (400, 403)  # the program refuses a WebSocket by itself
    return REFUSED if refused else f"{origin[:40]}: {answers} {answer.status}"


@case("origin", REFUSED)
def an_origin_that_is_none(front):
    nonsense = ("http://[", f"http://{front.host}/", f"http://{front.host}, http://{front.host}", "http://", "x" * 2000)
    outcomes = [not_our_page(front, origin) for origin in (*nonsense, f"http://user@{front.host}", "file://")]
    return next((outcome for outcome in outcomes if outcome != REFUSED), REFUSED)


@case("origin", REFUSED)
def the_same_host_by_another_scheme_or_port(front):
    name, _, port = front.host.partition(":")
    others = (f"https://{front.host}", f"http://{name}", f"http://{name}:{int(port) - 1}", f"http://{name}.:{port}")
    outcomes = [not_our_page(front, origin) for origin in others]
    return next((outcome for outcome in outcomes if outcome != REFUSED), REFUSED)


@case("origin", REFUSED)
def a_foreign_page_that_names_itself_as_the_host(front):
    headers = [("Origin", "https://evil.example"), ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https")]
    return status(front.request("GET", "/seen", headers=headers), 403)


# What a browser would do with an answer


@case("downloads", CONTAINED)
def a_file_to_be_saved_under_the_courses_name(front):
    for kind in ("text/html", "application/octet-stream", "application/x-apple-aspen-config", "text/csv"):
        for asks in ([("Sec-Fetch-Dest", "document")], [("Sec-Fetch-Dest", "iframe")], [("Accept", "text/html,*/*")]):
            answer = front.request("GET", f"/file?kind={kind}&save=1", headers=asks)
            shown = (answer.header("content-type") or "").partition(";")[0] in ("text/html", "text/plain")
            if answer.status != 200 or answer.header("content-disposition") or not shown:
                return f"{kind}: {answer.headers}"
    return CONTAINED


@case("policy", CONTAINED)
def a_page_that_would_use_camera_clipboard_and_the_whole_screen(front):
    for path, sandbox in (("/", RUNNING), ("/none", RUNNING), ("/", NOBODY), ("/..%2f", RUNNING)):
        policy = front.request("GET", path, sandbox=sandbox).header("permissions-policy") or ""
        missing = [name for name in ("camera", "clipboard-write", "fullscreen", "usb") if f"{name}=()" not in policy]
        if missing:
            return f"{path}: {missing}"
    return CONTAINED


# Giants and crowds


def closed_with(front, client, code, *frames):
    """Send frames on a WebSocket; returns REFUSED when it is closed with `code` and nothing of it was passed on."""
    connection, answer = front.upgrade(client=client)
    with closing(connection):
        if answer.status != 101:
            return f"{answer.status}"
        for frame in frames:
            connection.sendall(frame)
        rest = read_all(connection)
    passed_on = [frame for direction, frame in front.trace(client) if direction == "sent"]
    _, _, goodbye = rest.rpartition(b"\x88")
    return REFUSED if goodbye[1:3] == code.to_bytes(2, "big") and not passed_on else f"{rest[-150:]!r} {passed_on}"


@case("frames", REFUSED)
def a_giant_frame(front):
    return closed_with(front, f"giant-{front.server}", 1009, client_frame(1, b"4", length=300 * 1024))


@case("frames", REFUSED)
def a_giant_in_fragments(front):
    first = client_frame(1, b"x" * 1000, fin=False)
    rest = client_frame(0, b"x" * 1000, fin=False) * 262
    return closed_with(front, f"pieces-{front.server}", 1009, first, rest)


@case("frames", REFUSED)
def a_frame_without_a_mask(front):
    return closed_with(front, f"bare-{front.server}", 1002, client_frame(1, b"40", masked=False))


@case("limits", REFUSED)
def a_giant_body(front):
    return status(front.request("POST", "/seen", headers=[("Content-Length", str(300 * 1024))], body=b"x"), 413)


@case("limits", CONTAINED)
def bodies_that_drip(front):
    with ExitStack() as stack:
        for _ in range(30):
            connection = stack.enter_context(closing(front.connect()))
            head = f"POST {front.prefix()}/seen HTTP/1.1\r\nHost: {front.host}\r\nContent-Length: 1000\r\n\r\n"
            connection.sendall(head.encode() + b"drip")
        answer = front.request("GET", "/seen")
    return CONTAINED if answer.status == 200 else f"{answer.status}"


@case("limits", REFUSED)
def a_giant_of_a_hundred_megabytes(front):
    """It is refused at its header, while the client still sends."""
    return closed_with(front, f"huge-{front.server}", 1009, client_frame(1, b"4", length=100 * 1024 * 1024))


@case("limits", REFUSED)
def more_packets_in_a_body_than_may_pass(front):
    answer = front.request("POST", "/socket.io/?EIO=4&transport=polling&sid=x", body=b"\x1e" * 100_000)
    return REFUSED if (answer.status, answer.json["code"]) == (413, "too_many_packets") else f"{answer.status}"


@case("limits", REFUSED)
def a_polling_body_of_more_than_the_handshake_announced(front):
    length = [("Content-Length", str(256 * 1024 + 1))]
    answer = front.request("POST", "/socket.io/?EIO=4&transport=polling&sid=x", headers=length, body=b"x")
    return REFUSED if (answer.status, answer.json["code"]) == (413, "too_large") else f"{answer.status}"


@case("frames", CONTAINED)
def requests_behind_the_end_of_a_tunnel(front):
    """Whatever a client sends behind its Close frame, no web server reads it as a request."""
    for _ in range(3):
        connection, _ = front.upgrade(client=f"behind-{front.server[0]}")
        with closing(connection), suppress(OSError):
            connection.sendall(
                client_frame(8, b"\x03\xe8") + HIDDEN.replace(b"GET /", f"GET {front.prefix()}/".encode()) * 50
            )
            for _ in range(20):
                connection.sendall(HIDDEN.replace(b"GET /", f"GET {front.prefix()}/".encode()))
            if b"HTTP/" in read_all(connection):
                return "answered"
    return smuggled(front)


@case("limits", REFUSED)
def a_ninth_session(front):
    with ExitStack() as stack:
        for _ in range(8):
            connection, answer = front.upgrade(client="crowd")
            stack.enter_context(closing(connection))
            if answer.status != 101:
                return f"{answer.status} too early"
        answer = front.request("GET", "/socket.io/?EIO=4&transport=polling", client="crowd")
        if answer.status != 503 or json.loads(answer.body)["code"] != "too_many_sessions":
            return f"{answer.status} {answer.body!r}"
    return REFUSED
