"""The preview's pages: addresses that begin with a slash get the prefix, everything else passes as it is."""

from collections.abc import Iterable
from typing import Any

import pytest

from course.sandbox.gateway.address import read_address
from course.sandbox.gateway.preview_page import HELD_BYTES, PreviewPage, is_previewed

SCRIPT = "http://course.example/static/preview-frame.js"
PREFIX = f"/sandbox/1-{'0' * 32}/preview"


def request(tag: str = "preview", **more: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "HTTP_HOST": "course.example",
        "PATH_INFO": PREFIX.replace("preview", tag) + "/",
        "wsgi.url_scheme": "http",
        **more,
    }


def shown(
    pieces: Iterable[str], kind: str = "text/html; charset=utf-8", script: str = ""
) -> tuple[str, dict[str, str]]:
    """Return a page as the preview gets it, and the headers of its answer."""
    told: dict[str, str] = {}
    page = PreviewPage(lambda status, headers, _=None: told.update(headers) or bytes, read_address(request()), script)  # type: ignore[arg-type,func-returns-value]
    page.start("200 OK", [("Content-Type", kind), ("Content-Length", "9"), ("Content-Security-Policy", "as it was")])
    return b"".join(page.of([piece.encode() for piece in pieces])).decode(), told


@pytest.mark.parametrize(
    "tag",
    [
        '<a href="{}/about">',
        "<a class=x href='{}/about?a=/b'>",
        "<A HREF={}/about>",
        '<form method="post"\naction = "{}/">',
        '<img alt="" src="{}/a.png">',
    ],
)
def test_an_address_that_begins_with_a_slash_gets_the_prefix(tag):
    assert shown([tag.format("")])[0] == tag.format(PREFIX)


@pytest.mark.parametrize(
    "text",
    ['<a href="about">', '<a href="//other.example/">', '<a href="/\\other">', '<a href="https://a.example/b">',
     '<a title="/a" href="#b">', 'Write &lt;a href="/about"&gt;', '<pre>href="/a"</pre>'],
)  # fmt: skip
def test_everything_else_stays(text):
    assert shown([text])[0] == text


def test_a_tag_in_two_pieces_is_one():
    assert shown(["<p>1 < 2</p><a hr", 'ef="/a', 'bout">', "x"])[0] == f'<p>1 < 2</p><a href="{PREFIX}/about">x'


def test_a_tag_without_an_end_is_not_waited_for():
    page = shown(["<", "a" * HELD_BYTES, "b"])[0]
    assert page == "<" + "a" * HELD_BYTES + "b"


def test_the_script_stands_behind_the_doctype_and_the_policy_lets_it_in():
    page, told = shown(["<!doctype html>\n<p>"], script=SCRIPT)
    assert page == f'<!doctype html><script src="{SCRIPT}" data-server="{PREFIX}"></script>\n<p>'
    assert "Content-Length" not in told
    policy = dict(part.strip().split(" ", 1) for part in told["Content-Security-Policy"].split(";"))
    assert policy["sandbox"] == "allow-scripts allow-forms"
    assert policy["script-src"] == f"{policy['default-src']} {SCRIPT}"
    own = f"http://course.example{PREFIX}/"
    assert policy["form-action"] == policy["base-uri"] == own and policy["connect-src"].split()[0] == own


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "text/html; charset=utf-16"])
def test_what_is_no_page_passes_untouched(kind):
    page, told = shown(['<a href="/a">'], kind, SCRIPT)
    assert (page, told["Content-Length"], told["Content-Security-Policy"]) == ('<a href="/a">', "9", "as it was")


def test_only_pages_of_the_preview_are_changed():
    for asked, changed in [
        (request(), True),
        (request(HTTP_SEC_FETCH_DEST="iframe"), True),
        (request(HTTP_SEC_FETCH_DEST="empty"), False),
        (request("A"), False),
        (request("phone", HTTP_SEC_FETCH_DEST="document"), False),
    ]:
        assert is_previewed(asked, read_address(asked)) is changed


def test_closing_the_page_closes_the_answer():
    class Body(list[bytes]):
        closed = False

        def close(self) -> None:
            self.closed = True

    body = Body([b"<p>"])
    page = PreviewPage(lambda *_: bytes, read_address(request()), "")  # type: ignore[arg-type,return-value]
    page.start("200 OK", [("Content-Type", "text/html")])
    page.of(body).close()  # type: ignore[attr-defined]
    assert body.closed
