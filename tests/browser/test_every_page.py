"""Every page of the course, light and dark, wide, middle and phone: axe finds nothing, nothing is cut off, no error.

With THOROUGH in the environment (`make pages`) axe looks at every one of them, whole, in all six ways. Else it looks at
one page of each kind, whole, and at the text of every other one, which is what that page has of its own; widths are for
the eye, and a theme is for axe's eye for contrast.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Watched
from tests.browser.faults import CONTRAST, THOROUGH, axe_faults, layout_faults
from tests.stage.learners import fresh_context
from tests.stage.running_site import ROOT

SIZES = {"wide": (1440, 900), "middle": (820, 1180), "phone": (390, 844)}
LESSONS = sorted(folder for folder in (ROOT / "lessons").glob("[0-9][0-9]-*") if folder.is_dir())
AFTER = sorted(folder for folder in (ROOT / "lessons/pages").iterdir() if folder.name != "opening")
TEXTS = ("/", "/glossary/", "/reference/", "/search?q=event", "/search?q=nothingofthekind", "/me/", "/playground/")
TEXT = "#lesson"
PANES = ("lesson", "code", "clients", "wire")

pytestmark = pytest.mark.timeout(2000 if THOROUGH else 400)


@pytest.fixture(scope="module")
def shared(browser: Browser) -> Iterator[tuple[Watched, Page]]:
    """One page for all that is only looked at; nothing moves in it: a colour on its way is no colour to judge."""
    context = fresh_context(browser, reduced_motion="reduce")
    watched = Watched()
    yield watched, watched.watch(context.new_page())
    context.close()


@pytest.fixture
def watched(shared: tuple[Watched, Page]) -> Iterator[Watched]:
    watched, _ = shared
    yield watched
    try:
        watched.verify()
    finally:
        watched.expected = ()
        watched.console.clear()


@pytest.fixture
def page(shared: tuple[Watched, Page], watched: Watched) -> Page:
    return shared[1]


def open_wide(page: Page, address: str) -> None:
    """Open a page as if the one before it had left no trace of its size and theme."""
    page.set_viewport_size({"width": SIZES["wide"][0], "height": SIZES["wide"][1]})
    page.emulate_media(color_scheme="light")
    page.goto(address)


def faults_of(page: Page, address: str, *, part: str = "", all_modes: bool = False) -> list[str]:
    """Return what is wrong with a page: to the eye in three widths, and to axe in both themes.

    Args:
        all_modes: show what all modes of the text show, one below the other: each piece is looked at once.
        part: a selector of what is this page's own; the rest is that of a page that axe has seen.
    """
    open_wide(page, address)
    page.wait_for_function("() => document.fonts.status === 'loaded'")
    if all_modes:
        page.locator(TEXT).evaluate("(text) => text.removeAttribute('data-mode')")
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for size, (width, height) in SIZES.items():
            if scheme == "dark" and size != "wide" and not THOROUGH:
                continue  # a theme has colours and no sizes
            page.set_viewport_size({"width": width, "height": height})
            where = f"{address}, {scheme}, {size}"
            found += layout_faults(page, where)
            if THOROUGH or size == "wide":
                found += axe_faults(page, where, None if THOROUGH or scheme == "light" else CONTRAST, part)
    return found


def modes_of(page: Page) -> list[str]:
    """Return the addresses of the page's other views."""
    return page.eval_on_selector_all(
        "mode-switch a", "(links) => links.map((link) => link.href).filter((href) => !href.endsWith('mode=read'))"
    )


def slug_of(folder: Path) -> str:
    return folder.name.lstrip("0123456789-")


def faults_of_bundle(page: Page, base: str, folder: Path, first: Path) -> Iterator[str]:
    """Yield what is wrong with a text, its modes and its exercises; axe looks at the whole pages of the `first` folder."""
    address = f"{base}/lessons/{slug_of(folder)}/"
    part = "" if THOROUGH or folder == first else TEXT
    yield from faults_of(page, address, part=part, all_modes=not THOROUGH)
    for mode in modes_of(page) if THOROUGH else ():
        yield from faults_of(page, mode, part=TEXT)
    for number, exercise in enumerate(sorted((folder / "exercises").glob("*/task.md"))):
        yield from faults_of(page, f"{address}{exercise.parent.name}/", part=TEXT if number and not THOROUGH else part)


@pytest.mark.parametrize("path", TEXTS)
def test_text(page, site, path):
    found = faults_of(page, site.url + path)
    if not THOROUGH:  # its menu is another one there
        page.set_viewport_size({"width": SIZES["phone"][0], "height": SIZES["phone"][1]})
        found += axe_faults(page, f"{path}, phone")
    assert found == []


def test_error_page(page, site, watched):
    watched.expected = ("status of 404",)
    assert faults_of(page, f"{site.url}/lessons/no-such-lesson/") == []


@pytest.mark.parametrize("folder", LESSONS, ids=slug_of)
def test_lesson(page, site, folder):
    assert list(faults_of_bundle(page, site.url, folder, LESSONS[1])) == []


@pytest.mark.parametrize("folder", AFTER, ids=slug_of)
def test_page_after_the_steps(page, site, folder):
    assert list(faults_of_bundle(page, site.url, folder, AFTER[0])) == []


@pytest.mark.parametrize("mode", ["watch", "reference"])
def test_mode(page, site, mode):
    """Modes show and hide; two of them show what the others have not."""
    address = f"{site.url}/lessons/{slug_of(LESSONS[3])}/?mode={mode}"
    open_wide(page, address)
    assert layout_faults(page, address) + axe_faults(page, address, part=TEXT) == []


def test_panes_on_a_phone(page, site):
    open_wide(page, f"{site.url}/lessons/{slug_of(LESSONS[0])}/")
    page.set_viewport_size({"width": 390, "height": 844})
    found = []
    for pane in PANES:
        page.evaluate("(pane) => { location.hash = pane; }", pane)
        page.wait_for_function("(pane) => document.querySelector('#main').dataset.view === pane", arg=pane)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            where = f"{pane}, {scheme}"
            found += layout_faults(page, where)
            found += axe_faults(page, where, None if THOROUGH or scheme == "light" else CONTRAST)
    assert found == []
