"""What a browser fetches for a page, compressed: the page itself, what it asks for, and all that this imports.

Only totals are held, with a margin: how a total is divided among files is for the code to say.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
import pytest
from flask.testing import FlaskClient

from course.config import read_settings
from course.extensions import db
from course.factory import create_app

DIST = Path(__file__).parents[2] / "static" / "dist"
KILOBYTE = 1024

AT_ONCE = 80
"""Kilobytes before a page can be used."""
ASKED_FOR = 260
"""Kilobytes that a lesson page asks for, fonts and editor included."""
BY_ITSELF = 300
"""Kilobytes that it fetches before anybody has touched it."""

# A static import as esbuild writes it: import{a}from"./part-X.js" or import"./part-X.js"; import("…") comes later.
STATIC_IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*["']\./([^"']+)["']""")

STYLE_SHEET = re.compile(r'<link rel="stylesheet" href="/static/dist/([^"]+)"')
SCRIPT = re.compile(r'<script[^>]* src="/static/dist/([^"]+)"')
AHEAD = re.compile(r'<link rel="modulepreload" href="/static/dist/([^"]+)"')

pytestmark = pytest.mark.skipif(
    not (DIST / "manifest.json").exists(), reason="the front end is not built (`make run` or `make test` builds it)"
)


def file_of(name: str) -> str:
    return str(json.loads((DIST / "manifest.json").read_text())[name])


def with_imports(file: str, found: set[str] | None = None) -> set[str]:
    """Return `file` and everything that has to be there before it can run."""
    found = set() if found is None else found
    if file not in found:
        found.add(file)
        for imported in STATIC_IMPORT.findall((DIST / file).read_text()):
            with_imports(imported, found)
    return found


def weight(files: set[str]) -> float:
    """Return compressed kilobytes; fonts are compressed already."""
    sizes = (DIST / (file if file.endswith(".woff2") else f"{file}.br") for file in files)
    return sum(path.stat().st_size for path in sizes) / KILOBYTE


def test_a_pages_script_is_counted_with_the_pieces_that_it_shares() -> None:
    assert len(with_imports(file_of("app.js"))) > 1


def test_a_phone_that_joins_gets_its_page_quickly() -> None:
    assert weight({file_of("app.css")} | with_imports(file_of("connect.js"))) <= AT_ONCE


@pytest.mark.parametrize(("framework", "kilobytes"), [("client-react.js", 130), ("client-vue.js", 310)])
def test_a_page_of_client_code_keeps_its_total(framework: str, kilobytes: int) -> None:
    assert weight({file_of("client-frame.js"), file_of(framework)}) <= kilobytes


def test_the_sentences_about_frames_come_when_a_frame_is_opened() -> None:
    sentence = "the server begins the connection"
    at_first = with_imports(file_of("app.js")) | with_imports(file_of("later.js"))
    assert not [file for file in at_first if sentence in (DIST / file).read_text()]
    assert [file.name for file in DIST.glob("*.js") if sentence in file.read_text()]


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A browser that reads Brotli, on a production site: in development, blocks carry marks of their own."""
    instance = tmp_path_factory.mktemp("production")
    app = create_app(read_settings({"INSTANCE_DIR": str(instance), "PRODUCTION": "1", "SECRET_KEY": "x" * 32}))
    with app.app_context():
        flask_migrate.upgrade()
        db.session.remove()
        db.engine.dispose()
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_ENCODING"] = "br"
    return client


@dataclass(frozen=True)
class Weighed:
    """What one page weighs, in kilobytes."""

    at_once: float
    """The page, and what has to be there before it looks right and can be used; not the fonts."""
    asked_for: float
    """The same with the fonts, and with what the page tells the browser to load ahead: the editor."""
    by_itself: float
    """The same with what its scripts fetch as soon as the page can be used."""


def weigh(visitor: FlaskClient, address: str) -> Weighed:
    html = visitor.get(address, headers={"Accept-Encoding": ""}).text
    itself = len(visitor.get(address).data) / KILOBYTE
    needed = {file for pattern in (STYLE_SHEET, SCRIPT) for file in pattern.findall(html)}
    first = {file for name in needed for file in with_imports(name)}
    asked = first | {file for name in AHEAD.findall(html) for file in with_imports(name)}
    asked |= {file_of("text.woff2"), file_of("code.woff2")}
    later = with_imports(file_of("later.js")) | {file_of("more.css"), file_of("diagram.css")}
    return Weighed(itself + weight(first), itself + weight(asked), itself + weight(asked | later))


def test_every_page_is_usable_soon(visitor: FlaskClient) -> None:
    """As it is sent to somebody who comes for the first time."""
    lessons = addresses_of_lessons(visitor)
    assert len(lessons) > 10
    sizes = {address: weigh(visitor, address).at_once for address in {*lessons, "/", "/playground/", "/search/"}}
    assert max(sizes.values()) <= AT_ONCE, sizes


def test_every_lesson_keeps_its_total(visitor: FlaskClient) -> None:
    sizes = {address: weigh(visitor, address) for address in addresses_of_lessons(visitor)}
    assert max(size.asked_for for size in sizes.values()) <= ASKED_FOR, sizes
    assert max(size.by_itself for size in sizes.values()) <= BY_ITSELF, sizes


def test_the_editor_is_not_waited_for(visitor: FlaskClient) -> None:
    """What is weighed is what the page asks for: its script at once, the editor ahead of time."""
    size = weigh(visitor, "/lessons/listening-to-events/")
    at_once = {file_of("app.js"), file_of("theme.js"), file_of("app.css")}
    assert size.at_once > weight(at_once) + 5
    assert size.asked_for - size.at_once > weight({file_of("editor.js")})
    assert size.by_itself - size.asked_for > weight({file_of("later.js")}) / 2


def addresses_of_lessons(visitor: FlaskClient) -> set[str]:
    return set(re.findall(r'href="(/lessons/[\w-]+/)"', visitor.get("/", headers={"Accept-Encoding": ""}).text))


@pytest.mark.parametrize("address", ["/lessons/listening-to-events/", "/playground/"])
def test_a_page_preloads_every_piece_that_its_script_imports(visitor: FlaskClient, address: str) -> None:
    """Else the browser learns of a piece from the script, and the page waits for a second round trip."""
    html = visitor.get(address, headers={"Accept-Encoding": ""}).text
    pieces = with_imports(file_of("app.js")) - {file_of("app.js")}
    assert len(pieces) > 1
    assert pieces <= set(AHEAD.findall(html))


def test_a_page_without_an_editor_preloads_no_piece(visitor: FlaskClient) -> None:
    html = visitor.get("/", headers={"Accept-Encoding": ""}).text
    assert not set(AHEAD.findall(html)) & with_imports(file_of("app.js"))
