"""What passes between a client and a learner's server, and what every answer carries."""

import pytest

from course.sandbox.gateway.address import NotPassed, read_address
from course.sandbox.gateway.headers import preflight_headers, request_headers, response_headers, rewritten_location

SANDBOX = "w1-" + "a" * 32
PREFIX = f"/sandbox/{SANDBOX}/A"


def environ(path=f"{PREFIX}/page", query="", method="GET", **headers):
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "HTTP_HOST": "course.example",
        "wsgi.url_scheme": "https",
        **headers,
    }


def address(*args, **kwargs):
    return read_address(environ(*args, **kwargs))


class TestAddress:
    def test_it_names_sandbox_client_and_the_learners_own_path(self):
        found = address(f"{PREFIX}/socket.io/", "EIO=4&transport=polling&sid=x")
        assert (found.sandbox_id, found.client, found.path) == (SANDBOX, "A", "/socket.io/")
        assert found.target == "/socket.io/?EIO=4&transport=polling&sid=x"
        assert found.prefix == PREFIX
        assert found.base == "https://course.example"

    def test_the_path_is_encoded_again(self):
        assert address(f"{PREFIX}/caf\xc3\xa9 \xe2\x82\xac?x").path == "/caf%C3%A9%20%E2%82%AC%3Fx"

    @pytest.mark.parametrize(
        "path",
        [
            f"{PREFIX}/../../lessons",
            f"{PREFIX}/a/..",
            f"{PREFIX}/./a",
            f"{PREFIX}//evil.example/",
            f"{PREFIX}/a\\..\\b",
            f"{PREFIX}/a\r\nX-Evil: 1",
            f"{PREFIX}/a\0",
            f"{PREFIX}/%2e%2e/lessons",
        ],
    )
    def test_it_refuses_a_path_that_climbs_or_breaks_lines(self, path):
        with pytest.raises(NotPassed) as refused:
            address(path)
        assert refused.value.status == 400

    @pytest.mark.parametrize(
        "path",
        ["/sandbox/", "/sandbox/..", "/sandbox/w1-abc/A/", f"/sandbox/{SANDBOX}x/A/", f"/sandbox/{SANDBOX.upper()}/A/"],
    )
    def test_it_knows_no_other_shape_of_id(self, path):
        with pytest.raises(NotPassed) as refused:
            address(path)
        assert refused.value.status == 404

    @pytest.mark.parametrize("tag", ["1A", "-A", "A" * 17, "a_b", "..", "a.b", "é"])
    def test_it_refuses_other_client_tags(self, tag):
        with pytest.raises(NotPassed) as refused:
            address(f"/sandbox/{SANDBOX}/{tag}/")
        assert refused.value.status == 404

    @pytest.mark.parametrize("host", ["", "a b", "evil;script-src *", "a,b", "user@host", "host:port", "[::1"])
    def test_it_refuses_a_host_that_could_write_into_the_policy(self, host):
        with pytest.raises(NotPassed) as refused:
            address(HTTP_HOST=host)
        assert refused.value.status == 400

    @pytest.mark.parametrize("host", ["localhost:5000", "[::1]:8000", "192.168.1.7", "Course.Example"])
    def test_it_takes_usual_hosts(self, host):
        assert address(HTTP_HOST=host).base == f"https://{host.lower()}"

    @pytest.mark.parametrize("origin", [None, "null", "https://course.example", "HTTPS://course.example:443"])
    def test_it_takes_the_own_origin_the_opaque_one_and_none(self, origin):
        given = {} if origin is None else {"HTTP_ORIGIN": origin}
        found = address(**given)
        assert (found.origin, found.is_foreign) == (origin, False)

    @pytest.mark.parametrize(
        "origin",
        [
            "https://evil.example",
            "https://course.example.evil.example",
            "https://course.example:444",
            "http://course.example",
            "http://localhost:5173",
        ],
    )
    def test_it_knows_a_foreign_origin(self, origin):
        found = address(HTTP_ORIGIN=origin)
        assert (found.origin, found.is_foreign) == (origin, True)

    @pytest.mark.parametrize(
        "origin",
        [
            "https://course.example, https://course.example",
            "https://course.example/",
            "file://course.example",
            "course.example",
            "https://evil@course.example",
            "https://course.example/path",
            "https://a.example https://b.example",
            "https://x\r\nEvil: 1",
            "https://caf\xe9.example",
            "https://" + "x" * 300,
            "https://[",
            "http://[",
            "",
        ],
    )
    def test_it_refuses_an_origin_that_is_none(self, origin):
        with pytest.raises(NotPassed) as refused:
            address(HTTP_ORIGIN=origin)
        assert refused.value.status == 403

    def test_the_courses_other_host_may_be_let_in(self):
        found = read_address(environ(HTTP_ORIGIN="https://main.example"), "https://main.example")
        assert found.origin == "https://main.example"

    def test_the_pretended_origin_leaves_the_query(self):
        found = address(query="a=1&duplex_origin=https%3A%2F%2Fevil.example&b=%20")
        assert found.query == "a=1&b=%20"
        assert found.pretended_origin == "https://evil.example"

    def test_the_pretended_origin_leaves_the_query_however_its_name_is_written(self):
        found = address(query="duplex%5Forigin=https://evil.example&a=1")
        assert (found.query, found.pretended_origin) == ("a=1", "https://evil.example")

    def test_an_empty_pretended_origin_is_none(self):
        found = address(query="duplex_origin=")
        assert (found.query, found.pretended_origin) == ("", None)

    @pytest.mark.parametrize("origin", ["x%0d%0aCookie:%20a", "a+b", "x" * 201, "%C3%A9"])
    def test_it_refuses_a_pretended_origin_that_is_no_header_value(self, origin):
        with pytest.raises(NotPassed) as refused:
            address(query=f"duplex_origin={origin}")
        assert refused.value.status == 400

    def test_it_refuses_unusual_methods(self):
        with pytest.raises(NotPassed) as refused:
            address(method="CONNECT")
        assert refused.value.status == 405


class TestRequest:
    def test_only_allowed_headers_pass(self):
        given = environ(
            HTTP_COOKIE="session=the-course",
            HTTP_AUTHORIZATION="Bearer course",
            HTTP_X_FORWARDED_FOR="1.2.3.4",
            HTTP_ACCEPT_ENCODING="gzip",
            HTTP_SEC_WEBSOCKET_EXTENSIONS="permessage-deflate",
            HTTP_REFERER="https://course.example/lessons/x",
            HTTP_ACCEPT="text/html",
            HTTP_X_DUPLEX_CLIENT="somebody else",
            CONTENT_TYPE="text/plain",
        )
        assert request_headers(given, read_address(given), None) == [
            ("host", "localhost:5000"),
            ("x-duplex-client", "A"),
            ("accept", "text/html"),
            ("content-type", "text/plain"),
        ]

    @pytest.mark.parametrize(
        ("real", "query", "told"),
        [
            (None, "", None),
            ("null", "", "http://localhost:5000"),
            ("https://course.example", "", "http://localhost:5000"),
            ("http://localhost:5173", "", "http://localhost:5173"),
            ("https://course.example", "duplex_origin=https://evil.example", "https://evil.example"),
            (None, "duplex_origin=https://evil.example", "https://evil.example"),
        ],
    )
    def test_the_learner_is_told_its_own_origin_or_the_pretended_one(self, real, query, told):
        given = environ(query=query, **({} if real is None else {"HTTP_ORIGIN": real}))
        assert dict(request_headers(given, read_address(given), None)).get("origin") == told

    def test_the_jar_speaks_for_the_client(self):
        given = environ(HTTP_COOKIE="course=1")
        assert ("cookie", "mine=2") in request_headers(given, read_address(given), "mine=2")


class TestResponse:
    def test_nothing_that_outlives_the_answer_or_speaks_for_the_origin_passes(self):
        hostile = [
            "set-cookie",
            "service-worker-allowed",
            "clear-site-data",
            "refresh",
            "link",
            "strict-transport-security",
            "x-accel-redirect",
            "content-security-policy",
            "access-control-allow-origin",
            "access-control-allow-credentials",
            "cache-control",
            "connection",
            "transfer-encoding",
            "alt-svc",
            "nel",
            "report-to",
            "x-sendfile",
            "x-content-type-options",
        ]
        passed = response_headers(200, [(name, "learner") for name in hostile], address())
        assert "learner" not in [value for _, value in passed]

    def test_the_type_passes(self):
        assert ("Content-Type", "text/html") in response_headers(200, [("content-type", "text/html")], address())

    def test_the_guards_are_on_it(self):
        guards = dict(response_headers(200, [], address()))
        own = f"https://course.example{PREFIX}/"
        directives = dict(part.split(" ", 1) for part in guards["Content-Security-Policy"].split("; "))
        assert directives == {
            "sandbox": "allow-scripts allow-forms",
            "default-src": f"'unsafe-inline' data: blob: {own}",
            "connect-src": f"{own} wss{own.removeprefix('https')}",
            "form-action": own,
            "base-uri": own,
        }
        assert guards["X-Content-Type-Options"] == "nosniff"
        assert guards["Referrer-Policy"] == "no-referrer"
        assert guards["Cache-Control"] == "no-store"

    def test_an_answer_about_no_client_allows_nothing(self):
        found = read_address(environ(path=f"/sandbox/{SANDBOX}/"))
        assert dict(response_headers(200, [], found))["Content-Security-Policy"] == "sandbox; default-src 'none'"

    def test_an_opaque_page_may_read_its_servers_answers(self):
        assert dict(response_headers(200, [], address(HTTP_ORIGIN="null")))["Access-Control-Allow-Origin"] == "null"

    @pytest.mark.parametrize(
        ("status", "allowed", "readable"),
        [
            (200, [], False),
            (200, ["http://localhost:5173"], True),
            (200, ["*"], True),
            (200, ["http://localhost:5174"], False),
            (200, ["null"], False),
            (200, ["http://localhost:5173", "http://localhost:5173"], False),
            (400, [], True),
        ],
    )
    def test_a_foreign_page_reads_what_the_program_allows_and_every_refusal(self, status, allowed, readable):
        backend = [("access-control-allow-origin", value) for value in allowed]
        found = dict(response_headers(status, backend, address(HTTP_ORIGIN="http://localhost:5173")))
        assert found.get("Access-Control-Allow-Origin") == ("http://localhost:5173" if readable else None)
        assert found["Vary"] == "Origin"

    def test_credentials_are_never_allowed(self):
        for headers in (response_headers(200, [], address(HTTP_ORIGIN="null")), preflight_headers()):
            assert "Access-Control-Allow-Credentials" not in dict(headers)


class TestRedirects:
    @pytest.mark.parametrize(
        ("location", "rewritten"),
        [
            ("/login", "/login"),
            ("next?x=1#top", "/next?x=1#top"),
            ("http://localhost:5000/a/b", "/a/b"),
            ("../../../up", "/up"),
            ("", "/page"),
            ("?q=1", "/page?q=1"),
            ("/caf\xe9", "/caf%C3%A9"),
        ],
    )
    def test_they_stay_below_the_prefix(self, location, rewritten):
        assert rewritten_location(location, address()) == PREFIX + rewritten

    @pytest.mark.parametrize(
        "location",
        [
            "https://evil.example/",
            "//evil.example/",
            "https://course.example/lessons",
            "javascript:alert(1)",
            "data:text/html,x",
            "/%2e%2e/%2e%2e/lessons",
            "/..%2f..%2flessons",
            "/\\evil.example",
            "http://localhost:5000@evil.example/",
            "http://[",
        ],
    )
    def test_they_never_lead_elsewhere(self, location):
        assert rewritten_location(location, address()) is None
