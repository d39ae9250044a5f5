"""An Origin is read in one place: what is not exactly one is nobody's."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from course.origin import is_of_another_site, own_origin, read_origin
from tests.stage.cases import cases

NOT_ORIGINS = [
    "",
    "null",
    "course.example",
    "http:",
    "http://",
    "http://[",
    "http://]",
    "http://[]",
    "http://[::1",
    "http://[::1%25eth0]",
    "http://[12345::]",
    "http://[1.2.3.4]",
    "http://course.example/",
    "http://course.example?x",
    "http://course.example#x",
    "http://user@course.example",
    "http://course.example@evil.example",
    "http://course.example, http://course.example",
    "http://course.example http://course.example",
    "http://course.example\t",
    "http://course.example\n",
    "http://course.example:",
    "http://course.example:0",
    "http://course.example:080",
    "http://course.example:65536",
    "http://course.example:٨٠",
    "http://course.example:+80",
    "http://course..example",
    "http://.course.example",
    "http://-course.example",
    f"http://{'a' * 64}.example",
    "http://" + "a." * 500 + "example",
    "http://courſe.example",
    "http://cöurse.example",
    "http://course%2eexample",
    "http:\\\\course.example",
    "ftp://course.example",
    "file://",
    "chrome-extension://course.example",
]


@pytest.mark.parametrize("text", NOT_ORIGINS, ids=lambda text: text[:40].encode("unicode_escape").decode())
def test_what_a_browser_does_not_write_is_no_origin(text: str) -> None:
    assert read_origin(text) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://course.example", "HTTP://Course.Example:80"),
        ("https://course.example", "https://course.example:443"),
        ("http://[::1]:5000", "http://[0:0:0:0:0:0:0:1]:5000"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
    ],
)
def test_two_spellings_of_one_origin_are_equal(one: str, other: str) -> None:
    assert read_origin(one) == read_origin(other) is not None
    assert str(read_origin(other)) == one


@pytest.mark.parametrize(
    "other",
    [
        "https://course.example:80",
        "http://course.example:443",
        "http://course.example:8080",
        "https://course.example",
        "http://course.example.",
        "http://www.course.example",
        "http://course.example.evil.example",
    ],
)
def test_scheme_host_and_port_all_count(other: str) -> None:
    assert read_origin(other) is not None
    assert read_origin(other) != read_origin("http://course.example")


def site(**headers: str) -> dict[str, str]:
    return {"wsgi.url_scheme": "http", "HTTP_HOST": "course.example:5000", **headers}


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({}, False),  # no browser: nobody can be made to send this
        ({"HTTP_SEC_FETCH_SITE": "same-origin"}, False),
        ({"HTTP_SEC_FETCH_SITE": "none"}, False),
        ({"HTTP_SEC_FETCH_SITE": "same-site"}, True),
        ({"HTTP_SEC_FETCH_SITE": "cross-site"}, True),
        ({"HTTP_SEC_FETCH_SITE": "nonsense"}, True),
        ({"HTTP_ORIGIN": "http://course.example:5000"}, False),
        ({"HTTP_ORIGIN": "https://course.example:5000"}, True),
        ({"HTTP_ORIGIN": "http://course.example"}, True),
        ({"HTTP_ORIGIN": "null"}, True),
        ({"HTTP_ORIGIN": ""}, True),
        ({"HTTP_ORIGIN": "http://course.example:5000", "HTTP_HOST": "["}, True),
        ({"HTTP_ORIGIN": "http://[", "HTTP_HOST": "["}, True),
        ({"HTTP_ORIGIN": "http://evil.example", "HTTP_X_FORWARDED_HOST": "evil.example"}, True),
    ],
)
def test_a_request_is_ours_only_when_that_is_certain(headers: dict[str, str], foreign: bool) -> None:
    assert is_of_another_site(site(**headers)) is foreign


@settings(max_examples=cases(150))
@given(st.text(max_size=80), st.sampled_from(["", "http://", "https://", "http://[", "HTTP://a."]))
@example("[", "http://")
def test_no_text_breaks_the_reading(text: str, before: str) -> None:
    found = read_origin(before + text)
    assert found is None or read_origin(str(found)) == found
    is_of_another_site(site(HTTP_ORIGIN=before + text, HTTP_HOST=text))
    own_origin({"HTTP_HOST": text})
