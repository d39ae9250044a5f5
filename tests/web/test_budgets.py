"""What a browser fetches for a lesson page, compressed: counted from the built files, with all that they import."""

import json
import re
from pathlib import Path

import flask_migrate
import pytest
from flask.testing import FlaskClient

from course.config import read_settings
from course.extensions import db
from course.factory import create_app

DIST = Path(__file__).parents[2] / "static" / "dist"
KILOBYTE = 1024

# A static import as esbuild writes it: import{a}from"./part-X.js" or import"./part-X.js"; import("…") comes later.
STATIC_IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*["']\./([^"']+)["']""")

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


@pytest.mark.parametrize(
    ("name", "kilobytes"),
    [
        ("app.js", 32),
        ("connect.js", 32),
        ("opening.js", 32),
        ("editor.js", 145),
        ("site.js", 4),
        ("theme.js", 1),
        ("client-frame.js", 18),
    ],
)
def test_a_script_keeps_its_budget(name: str, kilobytes: int) -> None:
    assert weight(with_imports(file_of(name))) <= kilobytes


def test_the_style_sheet_keeps_its_budget() -> None:
    assert weight({file_of("app.css")}) <= 12


def test_the_map_brings_little_more() -> None:
    assert weight({file_of("map.css")}) <= 4


def test_an_exhibits_script_weighs_little_beside_the_pages_own() -> None:
    beside = with_imports(file_of("exhibits.js")) - with_imports(file_of("app.js"))
    assert weight(beside) <= 14
    assert weight({file_of("exhibits.css")}) <= 4


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


def test_a_lessons_text_keeps_its_budget(visitor: FlaskClient) -> None:
    """Every one of them, as it is sent to somebody who comes for the first time (decision 0015)."""
    lessons = set(re.findall(r'href="(/lessons/[\w-]+/)"', visitor.get("/", headers={"Accept-Encoding": ""}).text))
    sizes = {address: len(visitor.get(address).data) / KILOBYTE for address in lessons}
    assert len(sizes) > 10
    assert max(sizes.values()) <= 15, sizes


def test_a_lesson_page_keeps_its_budget_in_all(visitor: FlaskClient) -> None:
    html = len(visitor.get("/lessons/listening-to-events/").data) / KILOBYTE
    script = weight(with_imports(file_of("app.js")))
    assert html + weight({file_of("app.css")}) + script <= 60
    later = weight(with_imports(file_of("editor.js")) - with_imports(file_of("app.js")))
    assert html + weight({file_of("app.css"), file_of("text.woff2"), file_of("code.woff2")}) + script + later <= 250
