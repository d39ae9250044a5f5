"""A learner's server can offer a file for download, but no browser saves one under the course's host."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.sandbox.gateway.address import NotPassed, read_address
from course.sandbox.gateway.cookies import CookieJar
from course.sandbox.gateway.downloads import AS_TEXT, opens, shown_in_place
from course.sandbox.gateway.headers import TO_CLIENT, rewritten_location
from tests.sandbox.gateway.test_headers import PREFIX, address, environ
from tests.stage.cases import cases

OPENED = {"HTTP_SEC_FETCH_DEST": "document"}
FETCHED = {"HTTP_SEC_FETCH_DEST": "empty"}


@pytest.mark.parametrize(
    ("headers", "opened"),
    [
        ({"HTTP_SEC_FETCH_DEST": "document"}, True),
        ({"HTTP_SEC_FETCH_DEST": "iframe"}, True),
        ({"HTTP_SEC_FETCH_DEST": "object"}, True),
        ({"HTTP_SEC_FETCH_DEST": "empty", "HTTP_ACCEPT": "text/html"}, False),
        ({"HTTP_SEC_FETCH_DEST": "image"}, False),
        ({"HTTP_ACCEPT": "text/html,application/xhtml+xml;q=0.9"}, True),  # over plain HTTP browsers say no more
        ({"HTTP_ACCEPT": "*/*"}, False),
        ({}, False),
    ],
)
def test_it_knows_what_is_opened_from_what_is_fetched(headers: dict[str, str], opened: bool) -> None:
    assert opens(environ(**headers)) is opened


@pytest.mark.parametrize("asked", [OPENED, FETCHED, {}])
@pytest.mark.parametrize("disposition", ["attachment", 'ATTACHMENT; filename="a.exe"', "form-data", "", " attachment"])
def test_no_answer_asks_to_be_saved(asked: dict[str, str], disposition: str) -> None:
    headers, said = shown_in_place(
        [("content-type", "text/plain"), ("content-disposition", disposition)], environ(**asked)
    )
    assert headers == [("content-type", "text/plain")]
    assert "“page”" in said and "content-disposition" not in TO_CLIENT


def test_an_answer_that_is_to_be_shown_is_left_alone() -> None:
    headers = [("content-type", "text/html; charset=utf-8"), ("content-disposition", "inline"), ("content-length", "1")]
    assert shown_in_place(headers, environ(**OPENED)) == ([headers[2], headers[0]], "")


@pytest.mark.parametrize(
    "kind", ["application/octet-stream", "text/csv", "application/zip", "x", "", "text/html, text/csv"]
)
def test_what_a_browser_would_save_is_shown_as_text(kind: str) -> None:
    headers, said = shown_in_place([("content-type", kind), ("content-type", "text/html")], environ(**OPENED))
    assert headers == [("content-type", AS_TEXT)] and said
    assert shown_in_place([("content-type", kind)], environ(**FETCHED)) == ([("content-type", kind)], "")


TEXT = st.one_of(
    st.binary(max_size=40).map(lambda data: data.decode("latin-1")),
    st.sampled_from(["http://[", "//[", "9" * 400, "²", "٣", "Expires=" + "9" * 99, "null", "\0"]),
)


@settings(max_examples=cases(200))
@given(
    name=st.sampled_from(
        ["HTTP_ORIGIN", "HTTP_HOST", "HTTP_ACCEPT", "HTTP_SEC_FETCH_DEST", "QUERY_STRING", "PATH_INFO"]
    ),
    text=TEXT,
)
def test_no_text_of_a_clients_breaks_the_gateway(name: str, text: str) -> None:
    text = text.encode("latin-1", "replace").decode("latin-1")
    given = environ(**{name: f"{PREFIX}/{text}" if name == "PATH_INFO" else text})
    try:
        found = read_address(given)
    except NotPassed as refused:
        assert 400 <= refused.status < 500
    else:
        assert found.target and found.is_engineio in (True, False)
    shown_in_place([("content-type", "x/y")], given)


@settings(max_examples=cases(200))
@given(text=TEXT, attribute=st.sampled_from(["", "; Expires=", "; Max-Age=", "; Path=", "; Expires=Mon, 01 Jan "]))
def test_no_text_of_a_servers_breaks_the_gateway(text: str, attribute: str) -> None:
    where = rewritten_location(text, address())
    assert where is None or where.startswith(PREFIX + "/")
    jar = CookieJar()
    jar.store(f"a=b{attribute}{text}", "/page")
    jar.header("/page")
    shown_in_place([("content-type", text), ("content-disposition", text)], environ(**OPENED))
