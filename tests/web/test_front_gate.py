"""Who may ask for a change, and what every answer carries, whatever the route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule

from course.config import read_settings
from course.factory import create_app
from course.web.front_gate import FOREIGN
from tests.stage.cases import cases

EXERCISE = "/lessons/listening-to-events/add-with-ack"
SOCKETS = "/socket.io/?EIO=4&transport=polling"
VALUES = {
    "slug": "listening-to-events",
    "exercise": "add-with-ack",
    "name": "none",
    "filename": "none",
    "question": "one-or-many",
    "sandbox_id": "w1-" + "0" * 32,
}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SOMEHOW = ("Content-Security-Policy", "Cache-Control", "Permissions-Policy")


def addresses(app: Flask) -> Iterator[tuple[str, str]]:
    """Yield every method of every route, with values that exist where there are some."""
    for rule in app.url_map.iter_rules():
        assert isinstance(rule, Rule) and rule.arguments <= set(VALUES) | set(rule.defaults or ()), rule
        given_values = {name: VALUES[name] for name in rule.arguments if name not in (rule.defaults or {})}
        built = rule.build(given_values)
        assert built is not None
        for method in sorted((rule.methods or set()) | {"PATCH"}):
            yield method, built[1]


def test_no_route_and_no_kind_of_answer_lacks_a_header(app: Flask, learner: FlaskClient) -> None:
    kinds, lacking = set(), []
    others = [("GET", "/nowhere"), ("GET", "/sandbox"), ("GET", SOCKETS), ("POST", SOCKETS), ("GET", "/socket.io/")]
    for method, address in [*addresses(app), *others, ("GET", "/lessons/listening-to-events")]:
        answer = learner.open(address, method=method)
        kinds.add((answer.status_code // 100, answer.mimetype))
        built = address.startswith("/static/dist/")
        wanted = {**ALWAYS, "Cross-Origin-Resource-Policy": "cross-origin"} if built else ALWAYS
        lacking += [
            f"{method} {address}: {name} is {answer.headers.get(name)!r}"
            for name, value in wanted.items()
            if answer.headers.get(name) != value and not (built and name == "Cross-Origin-Opener-Policy")
        ]
        lacking += [
            f"{method} {address}: no {name}"
            for name in SOMEHOW
            if len(answer.headers.getlist(name)) != 1 and not (built and name == "Permissions-Policy")
        ]
        answer.close()
    assert lacking == []
    assert {(2, "text/html"), (2, "application/json"), (2, "application/zip"), (4, "text/html")} <= kinds
    assert {(3, "text/html"), (2, "text/plain")} <= kinds


@pytest.mark.parametrize(
    "address", [f"{EXERCISE}/download", "/playground/download", "/me/data.json", "/healthz", "/me/", "/nowhere"]
)
def test_what_is_a_learners_own_is_kept_nowhere(learner: FlaskClient, address: str) -> None:
    assert learner.get(address).headers["Cache-Control"] == "no-store"


ASKS = {"change": ("POST", "/me/delete", 303), "socket": ("GET", SOCKETS, 200), "upgrade": ("GET", SOCKETS, 200)}


@pytest.mark.parametrize("ask", ASKS)
@pytest.mark.parametrize(
    ("origin", "welcome"),
    [
        (None, True),
        ("http://localhost", True),
        ("HTTP://LOCALHOST:80", True),
        ("https://localhost", False),
        ("https://localhost:80", False),
        ("http://localhost:5000", False),
        ("http://localhost.", False),
        ("http://localhost/", False),
        ("http://localhost, http://localhost", False),
        ("http://localhost@evil.example", False),
        ("http://evil.example", False),
        ("http://[", False),
        ("null", False),
        ("", False),
        ("x" * 5000, False),
    ],
)
def test_a_change_or_a_socket_is_refused_unless_the_origin_is_exactly_the_sites_own(
    learner: FlaskClient, ask: str, origin: str | None, welcome: bool
) -> None:
    method, address, well = ASKS[ask]
    headers = {} if origin is None else {"Origin": origin, "X-Forwarded-Host": "evil.example"}
    assert learner.open(address, method=method, headers=headers).status_code == (well if welcome else 403)


def test_a_preflight_for_the_sockets_is_refused_like_everything_else(learner: FlaskClient) -> None:
    asks = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    for address, status in ((SOCKETS, 403), ("/connect/w1-" + "0" * 32, 200), ("/me/delete", 200)):
        answer = learner.options(address, headers=asks)
        assert answer.status_code == status
        assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]


def test_a_refusal_says_what_to_do_and_who_must_do_it(learner: FlaskClient) -> None:
    assert learner.post("/me/delete", headers={"Origin": "http://evil.example"}).text.strip() == FOREIGN
    other = learner.post("/me/delete", headers={"Origin": "https://localhost"}).text
    assert "opened over https" in other and "HTTPS=1" in other


@pytest.mark.parametrize("host", ["[", "a b", "a..", "x" * 64, "é", "a:b", "a@b", "a/b", "a:99999"])
def test_an_unusable_host_is_refused_before_anything_reads_it(learner: FlaskClient, host: str) -> None:
    for method in ("GET", "POST", "HEAD"):
        answer = learner.open("/", method=method, headers={"Host": host.encode().decode("latin-1")})
        assert answer.status_code in (400, 421)
        assert method == "HEAD" or answer.text.strip().endswith(".")


def site(tmp_path: Path, **environment: str) -> FlaskClient:
    app = create_app(read_settings({"INSTANCE_DIR": str(tmp_path), "SANDBOX": "off", **environment}))
    with app.app_context():
        flask_migrate.upgrade()
    return app.test_client()


def test_over_https_every_answer_says_so_and_only_https_is_ours(tmp_path: Path) -> None:
    learner = site(tmp_path, HTTPS="1")
    for address in ("/", "/healthz", "/nowhere", "/sandbox/x", "/static/dist/none", SOCKETS):
        assert learner.get(address).headers.getlist("Strict-Transport-Security") == ["max-age=31536000"], address
    for origin, status in (("https://localhost", 303), ("http://localhost", 403)):
        assert learner.post("/me/delete", headers={"Origin": origin}).status_code == status


def test_behind_a_trusted_proxy_the_outside_address_is_the_sites(tmp_path: Path) -> None:
    learner = site(tmp_path, TRUSTED_PROXIES="1", ALLOWED_HOSTS="course.example")
    outside = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "course.example", "X-Forwarded-For": "1.2.3.4"}
    for origin, status in (("https://course.example", 303), ("http://course.example", 403), ("http://localhost", 403)):
        assert learner.post("/me/delete", headers={**outside, "Origin": origin}).status_code == status
        assert learner.get(SOCKETS, headers={**outside, "Origin": origin}).status_code == (
            200 if status == 303 else 403
        )


def test_without_https_nothing_is_promised(learner: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in learner.get("/").headers


HOSTILE = (
    *("[", "http://[", "http://[::1%", "null", "..", "%00", "%ed%a0%80", "\t", "", "\xff" * 9, "x" * 3000),
    *("0" * 400, "-1", "1e999", "NaN", "\xb2", "bytes=-", "bytes=1-0,,", "q=;,;q=nan", '"', "W/", "a/b; charset=x"),
)
RUBBISH = st.one_of(
    st.binary(max_size=30).map(lambda data: re.sub(r"[\r\n]", " ", data.decode("latin-1"))), st.sampled_from(HOSTILE)
)
READ = (
    "Origin Host Cookie Accept Accept-Encoding Accept-Language Content-Type Content-Length Range If-Range If-None-Match "
    "If-Modified-Since User-Agent Sec-Fetch-Site Sec-Fetch-Dest X-Forwarded-For X-Forwarded-Proto X-Forwarded-Host "
    "Upgrade Connection Sec-WebSocket-Key Sec-WebSocket-Version Transfer-Encoding Access-Control-Request-Method "
    "X-HTTP-Method-Override Authorization Expect"
).split()
FIELDS = (
    "files",
    "text",
    "paragraph",
    "choice",
    "times-a",
    "mode",
    "q",
    "v",
    "again",
    "only",
    "tag",
    "EIO",
    "sid",
    "j",
)


@pytest.fixture(scope="module")
def strangers_site(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    client = site(tmp_path_factory.mktemp("rubbish"), TRUSTED_PROXIES="1")
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    return client


def test_no_hostile_value_of_a_header_is_our_fault(
    strangers_site: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    for method, address in (("POST", "/me/delete"), ("GET", "/search.json"), ("GET", SOCKETS), ("GET", "/sandbox/x")):
        for name in READ:
            for value in HOSTILE:
                answer = strangers_site.open(address, method=method, headers=[(name, value)])
                answer.close()
                assert answer.status_code < 500, (method, address, name, value)
    assert not [record for record in caplog.records if record.exc_info]


@settings(max_examples=cases(120), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_rubbish_in_a_header_a_path_a_query_or_a_form_is_our_fault(
    strangers_site: FlaskClient, caplog: pytest.LogCaptureFixture, data: st.DataObject
) -> None:
    app = strangers_site.application
    rule = data.draw(st.sampled_from([*app.url_map.iter_rules(), None]))
    path = "/sandbox/<slug>/<name>/<filename>" if rule is None else str(rule)
    for name in re.findall(r"<[^>]+>", path):
        filled = data.draw(st.one_of(RUBBISH, st.just(VALUES.get(name.strip("<>").rpartition(":")[2], "x"))))
        path = path.replace(name, filled.replace("?", "").replace("#", "") or "x", 1)
    headers = data.draw(st.dictionaries(st.sampled_from(READ), RUBBISH, max_size=4))
    fields = data.draw(st.dictionaries(st.sampled_from(FIELDS), RUBBISH, max_size=4))
    method = data.draw(st.sampled_from(["GET", "HEAD", "POST", "OPTIONS", "PUT"]))
    caplog.clear()
    answer = strangers_site.open(
        path if path.startswith("/") else "/" + path,
        method=method,
        headers=[(name, value.encode("latin-1", "replace").decode("latin-1")) for name, value in headers.items()],
        query_string=fields if method in ("GET", "HEAD") else None,
        data=fields if method == "POST" and "Content-Length" not in headers else None,
    )
    answer.close()
    assert answer.status_code < 500, (method, path, headers, fields)
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize(
    "files", ['{"server.py": "\\ud800"}', '{"\\ud800": "x"}', '{"server.py": 1}', "[" * 100_000, "1" * 5000, '"']
)
def test_posted_files_that_are_none_are_refused(strangers_site: FlaskClient, files: str) -> None:
    assert strangers_site.post("/playground/download", data={"files": files}).status_code == 400
