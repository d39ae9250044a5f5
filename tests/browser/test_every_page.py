"""Every page of the course, light and dark, wide, middle and phone: axe finds nothing, nothing is cut off, no error.

With THOROUGH in the environment (`make pages`) axe looks at every one of them in all six ways; else at what can differ.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.faults import CONTRAST, axe_faults, layout_faults
from tests.stage.running_site import ROOT

SIZES = {"wide": (1440, 900), "middle": (820, 1180), "phone": (390, 844)}
LESSONS = sorted(folder for folder in (ROOT / "lessons").glob("[0-9][0-9]-*") if folder.is_dir())
AFTER = sorted(folder for folder in (ROOT / "lessons/pages").iterdir() if folder.name != "opening")
TEXTS = ("/", "/glossary/", "/reference/", "/search?q=event", "/search?q=nothingofthekind", "/me/", "/playground/")
TEXT = "#lesson"
THOROUGH = bool(os.environ.get("THOROUGH"))
PANES = ("lesson", "code", "clients", "wire")

pytestmark = pytest.mark.timeout(2000 if THOROUGH else 400)


@pytest.fixture
def page(new_context, watched) -> Iterator[Page]:
    """A page of a new learner's, in which nothing moves: a colour on its way is no colour to judge."""
    page = watched.watch(new_context(reduced_motion="reduce").new_page())
    yield page
    watched.verify()


def faults_of(
    page: Page, address: str, *, thorough: bool = False, part: str = "", all_modes: bool = False
) -> list[str]:
    """Return what is wrong with a page in both themes and three widths.

    Args:
        all_modes: show what all modes of the text show, one below the other: each piece is looked at once.
        thorough: look at all six, with axe; else axe looks at the wide ones, and for contrast alone where it is dark.
        part: a selector of what is this page's own; the rest is that of a page that axe has seen.
    """
    page.goto(address)
    page.wait_for_function("() => document.fonts.status === 'loaded'")
    if all_modes:
        page.locator("#lesson").evaluate("(text) => text.removeAttribute('data-mode')")
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for size, (width, height) in SIZES.items():
            if scheme == "dark" and size != "wide" and not thorough:
                continue  # a theme has colours and no sizes
            page.set_viewport_size({"width": width, "height": height})
            where = f"{address}, {scheme}, {size}"
            found += layout_faults(page, where)
            if thorough or size == "wide":
                found += axe_faults(page, where, None if thorough or scheme == "light" else CONTRAST, part)
    return found


def modes_of(page: Page) -> list[str]:
    """Return the addresses of the page's other views."""
    return page.eval_on_selector_all(
        "mode-switch a", "(links) => links.map((link) => link.href).filter((href) => !href.endsWith('mode=read'))"
    )


def slug_of(folder: Path) -> str:
    return folder.name.lstrip("0123456789-")


def faults_of_bundle(page: Page, base: str, folder: Path, *, thorough: bool) -> Iterator[str]:
    """Yield what is wrong with a text, its modes (one by one where it is `thorough`) and its exercises."""
    address = f"{base}/lessons/{slug_of(folder)}/"
    yield from faults_of(page, address, thorough=thorough, all_modes=not thorough)
    for mode in modes_of(page) if thorough else ():
        yield from faults_of(page, mode, thorough=True, part=TEXT)
    for number, exercise in enumerate(sorted((folder / "exercises").glob("*/task.md"))):
        yield from faults_of(
            page,
            f"{address}{exercise.parent.name}/",
            thorough=THOROUGH or (thorough and number == 0),
            part=TEXT if number and not THOROUGH else "",
        )


@pytest.mark.parametrize("path", TEXTS)
def test_text(page, site, path):
    assert faults_of(page, site.url + path, thorough=True) == []


def test_error_page(page, site, watched):
    watched.expected = ("status of 404",)
    assert faults_of(page, f"{site.url}/lessons/no-such-lesson/", thorough=True) == []


@pytest.mark.parametrize("folder", LESSONS, ids=slug_of)
def test_lesson(page, site, folder):
    assert list(faults_of_bundle(page, site.url, folder, thorough=THOROUGH or folder == LESSONS[1])) == []


@pytest.mark.parametrize("folder", AFTER, ids=slug_of)
def test_page_after_the_steps(page, site, folder):
    assert list(faults_of_bundle(page, site.url, folder, thorough=THOROUGH or folder == AFTER[0])) == []


@pytest.mark.parametrize("pane", PANES)
def test_pane_on_a_phone(page, site, pane):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site.url}/lessons/{slug_of(LESSONS[0])}/#{pane}")
    page.wait_for_function("(pane) => document.querySelector('#main').dataset.view === pane", arg=pane)
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += axe_faults(page, f"{pane}, {scheme}") + layout_faults(page, f"{pane}, {scheme}")
    assert found == []
