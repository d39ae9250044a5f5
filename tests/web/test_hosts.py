"""The site answers to its own names only: everywhere, by whatever name somebody lets lead to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.config import PLATFORMS, SettingRefused, read_settings
from course.factory import create_app
from course.web.hosts import Host, HostGuard, KnownHosts, read_host
from tests.stage.cases import cases

PATHS = ["/", "/lessons", "/static/dist/nothing.js", "/socket.io/?EIO=4&transport=polling", "/sandbox/w1-none/A/", "/sandbox/w1-none/A/socket.io/?EIO=4&transport=websocket"]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("example.org", Host("example.org")),
        ("Example.ORG:8080", Host("example.org", 8080)),
        ("example.org.", Host("example.org")),
        ("localhost:5000", Host("localhost", 5000)),
        ("127.0.0.1", Host("127.0.0.1")),
        ("[::1]:5000", Host("::1", 5000)),
        ("xn--bcher-kva.example", Host("xn--bcher-kva.example")),
    ],
)
def test_it_reads_a_host(text: str, host: Host) -> None:
    assert read_host(text) == host


@pytest.mark.parametrize(
    "text",
    [
        "",
        " localhost",
        "localhost ",
        "localhost,evil.example",
        "localhost evil.example",
        "user@localhost",
        "localhost@evil.example",
        "http://localhost",
        "localhost/",
        "localhost\\.evil.example",
        "localhost#evil.example",
        "localhost?evil.example",
        "localhost%00.evil.example",
        "localhost\0",
        "localhost\n",
        "localhost:",
        "localhost:0",
        "localhost:65536",
        "localhost:5000:5000",
        "localhost:-1",
        "localhost:٥",
        "lоcalhost",  # a Cyrillic letter
        "ⓛocalhost",
        ".localhost",
        "localhost..",
        "[::1",
        "::1",
        "[localhost]",
        "[::1%eth0]",
        "[127.0.0.1]",
        "[::1]evil.example",
        "a" * 300,
    ],
)
def test_what_is_not_plainly_a_host_is_none(text: str) -> None:
    assert read_host(text) is None


@settings(max_examples=cases(80))
@given(st.text(max_size=40) | st.from_regex(r"[\[\]a-z0-9.:@/%, -]{0,40}", fullmatch=True))
def test_it_reads_anything_without_an_exception_and_loopback_names_only_as_such(text: str) -> None:
    host = read_host(text)
    if host is not None and host.is_loopback:
        plain = host.name.removesuffix("localhost")
        assert (
            host.name != plain or host.name.startswith("127.") or host.name.lstrip("0:") == "1" or "127." in host.name
        )


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("learn.example.org", True),
        ("LEARN.example.org.:8443", True),
        ("example.org", False),
        ("evil-learn.example.org", False),
        ("learn.example.org.evil.example", False),
        ("a.class.example", True),
        ("a.b.class.example", True),
        ("class.example", False),
        ("evilclass.example", False),
        ("localhost:9", True),
        ("course.localhost", True),
        ("127.9.9.9", True),
        ("[::1]", True),
        ("[::ffff:127.0.0.1]", True),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("evil.example", False),
        ("192.0.2.1", False),
        ("0.0.0.0", False),
        ("2130706433", False),
        ("0x7f.1", False),
    ],
)
def test_who_is_known(name: str, known: bool) -> None:
    host = read_host(name)
    assert host is not None
    assert (host in KnownHosts(frozenset({"learn.example.org", "*.class.example"}))) is known
    assert host in KnownHosts(frozenset({"*"}))


def app_with(tmp_path: Path, **environment: str):
    return create_app(read_settings({"INSTANCE_DIR": str(tmp_path), "SANDBOX": "off", **environment}))


def status(app, host: str | None, path: str = "/no-such-page", **environ: str) -> tuple[int, str]:
    """Ask the whole site, as its web server does; return the status and the sentence."""
    answer = app.test_client().get(path, environ_overrides={"HTTP_HOST": host or "", **environ})
    return answer.status_code, answer.text if answer.mimetype == "text/plain" else ""


@pytest.fixture(scope="module")
def on_loopback(tmp_path_factory: pytest.TempPathFactory):
    return app_with(tmp_path_factory.mktemp("hosts"))


@pytest.mark.parametrize("path", PATHS)
def test_a_strange_name_reaches_nothing_of_a_site_on_loopback(on_loopback, path: str) -> None:
    app = on_loopback
    for strange in ("evil.example:5000", "192.0.2.1", "localhost.evil.example"):
        told, sentence = status(app, strange, path)
        assert told == 421 and "ALLOWED_HOSTS" in sentence
    for malformed in ("", "localhost,evil.example", "user@localhost"):
        assert status(app, malformed, path)[0] == 400
    for own in ("localhost", "127.0.0.1:5000", "[::1]:5000", "course.localhost"):
        assert status(app, own, path)[0] != 421


def test_whoever_watches_over_it_may_ask_by_any_name(on_loopback) -> None:
    assert [status(on_loopback, name, "/healthz")[0] for name in ("10.1.2.3:8000", "evil.example")] == [200, 200]


def test_a_target_that_is_a_whole_address_is_refused(on_loopback) -> None:
    told, _ = status(on_loopback, "localhost", RAW_URI="http://evil.example/lessons")
    assert told == 400


PRODUCTION = {"PRODUCTION": "1", "SECRET_KEY": "x" * 32}


def test_in_production_the_operator_or_the_platform_says_its_names(tmp_path: Path) -> None:
    app = app_with(tmp_path, **PRODUCTION, ALLOWED_HOSTS="learn.example.org, *.class.example", FLY_APP_NAME="duplex-7")
    known = ("learn.example.org", "a.class.example", "duplex-7.fly.dev", "localhost:8000")
    assert [status(app, name)[0] for name in known] == [404] * 4
    assert [status(app, name)[0] for name in ("example.org", "other.fly.dev", "203.0.113.5")] == [421] * 3


@pytest.mark.parametrize("name", PLATFORMS)
def test_each_platform_s_own_word_is_heard(tmp_path: Path, name: str) -> None:
    told = read_settings({"INSTANCE_DIR": str(tmp_path), name: "Site-7.example"}).host_names
    assert told == {PLATFORMS[name].format("site-7.example")}
    assert read_settings({"INSTANCE_DIR": str(tmp_path), name: "*"}).host_names == frozenset()


def test_the_addresses_in_other_settings_are_names_too(tmp_path: Path) -> None:
    names = {"COURSE_URL": "https://example.org", "SANDBOX_HOST": "run.example.org:8443"}
    assert read_settings({"INSTANCE_DIR": str(tmp_path), **names}).host_names == {"example.org", "run.example.org"}


@pytest.mark.parametrize(
    "wrong", ["https://example.org", "example.org:8000", "a b", "example.org/x", "*.*.org", "ex*mple"]
)
def test_a_wrong_name_is_refused_at_the_start(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(SettingRefused, match="ALLOWED_HOSTS"):
        read_settings({"INSTANCE_DIR": str(tmp_path), "ALLOWED_HOSTS": f"good.example.org,{wrong}"})


class Came:
    """A connection that has come to an address of this machine."""

    def __init__(self, address: str) -> None:
        self.address = address

    def getsockname(self) -> tuple[str, int]:
        return (self.address, 5000)


@pytest.mark.parametrize(
    ("opened", "came_to", "name", "known"),
    [
        (True, "192.0.2.7", "192.0.2.7:5000", True),
        (True, "::ffff:192.0.2.7", "192.0.2.7", True),
        (True, "2001:db8::7", "[2001:db8::7]:5000", True),
        (True, "192.0.2.7", "192.0.2.8", False),
        (True, "192.0.2.7", "evil.example", False),
        (False, "192.0.2.7", "192.0.2.7", False),
    ],
)
def test_an_opened_development_site_answers_to_the_address_that_was_asked(
    opened: bool, came_to: str, name: str, known: bool
) -> None:
    def app(environ, start_response: Callable[..., None]):
        start_response("200 OK", [])
        return []

    told: list[str] = []
    environ = {"HTTP_HOST": name, "PATH_INFO": "/", "REQUEST_METHOD": "GET", "gunicorn.socket": Came(came_to)}
    HostGuard(app, KnownHosts(own_addresses=opened))(environ, lambda line, headers: told.append(line))
    assert told[0].startswith("200" if known else "421")


def test_behind_a_trusted_proxy_the_name_that_it_tells_counts(tmp_path: Path) -> None:
    app = app_with(tmp_path, **PRODUCTION, ALLOWED_HOSTS="learn.example.org", TRUSTED_PROXIES="1")
    assert status(app, "10.0.0.5:8000", HTTP_X_FORWARDED_HOST="learn.example.org")[0] == 404
    assert status(app, "learn.example.org", HTTP_X_FORWARDED_HOST="evil.example")[0] == 421
    bare = app_with(tmp_path, **PRODUCTION, ALLOWED_HOSTS="learn.example.org")
    assert status(bare, "evil.example", HTTP_X_FORWARDED_HOST="learn.example.org")[0] == 421
