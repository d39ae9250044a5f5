"""What can be wrong with a page as it stands: for axe, for the policy of content, and for the eye."""

from __future__ import annotations

import os

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

THOROUGH = bool(os.environ.get("THOROUGH"))
"""Whether axe looks at everything in each theme and width (`make pages`); else a theme is looked at for its colours."""

CONTRAST = {"runOnly": ["color-contrast"]}
"""All that a page's theme decides."""

CUT_OFF = """() => {
  const name = (element) => [element.localName, element.id && `#${element.id}`,
    ...element.classList].filter(Boolean).join(".") + ` “${element.textContent.trim().slice(0, 50)}”`;
  const style = (element) => getComputedStyle(element);
  const scrolls = (element) => /auto|scroll/.test(style(element).overflowX);
  const meant = (element) => style(element).clipPath !== "none" || style(element).webkitLineClamp !== "none"
    || style(element).textOverflow === "ellipsis" || element.closest("svg") || element.matches("input, select, textarea");
  const speaks = (element) => style(element).overflowX !== "visible"
    || [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const spills = (element) => element.clientWidth > 0 && speaks(element) && element.scrollWidth > element.clientWidth + 1
    && !scrolls(element) && !meant(element);
  const hides = (element) => style(element).overflowY === "hidden" && element.clientHeight > 0
    && element.scrollHeight > element.clientHeight + 1 && !meant(element);
  const inside = (element) => { for (let at = element.parentElement; at; at = at.parentElement) if (scrolls(at)) return at; };
  const seen = (element) => element.checkVisibility({ visibilityProperty: true });
  const fits = (element) => { const area = inside(element); return area && area.matches("pre, .code, .example-code, .cm-scroller, .tabs"); };
  return [...document.querySelectorAll("body *")].filter((element) => seen(element) && !fits(element)
    && (spills(element) || hides(element)))
    .map((element) => `${name(element)} ${element.scrollWidth}×${element.scrollHeight} in ${element.clientWidth}×${element.clientHeight}`);
}"""


def axe_faults(page: Page, where: str, options: dict[str, list[str]] | None = None, part: str = "") -> list[str]:
    """Return what axe finds on the page, or on the part that a selector names, one line each."""
    # Of what passes only counts: axe else finds a selector for every element that some rule was content with.
    options = {**(options or {}), "resultTypes": ["violations"]}
    axe = Axe("null") if page.evaluate("() => 'axe' in window") else Axe()  # half a megabyte of script, once a page
    found = axe.run(page, context=part or None, options=options).response["violations"]
    return [
        f"{where}: {each['id']}: {node['target']}: {node['failureSummary'][:300]}"
        for each in found
        for node in each["nodes"]
    ]


STILL = "() => document.getAnimations().length === 0"
"""A colour on its way is no colour to judge."""


def part_faults(page: Page, where: str, part: str, view: str) -> list[str]:
    """Return what axe finds on a part of a lesson page: light, dark, and dark on a phone, which shows it in `view`."""
    before = page.viewport_size
    assert before is not None
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(STILL)
        options = CONTRAST if scheme == "dark" and not THOROUGH else None
        found += axe_faults(page, f"{where}, {scheme}", options, part)
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("(view) => { location.hash = view; }", view)
    page.wait_for_function("(view) => document.querySelector('#main').dataset.view === view", arg=view)
    page.wait_for_function(STILL)
    found += axe_faults(page, f"{where}, phone", part=part) + layout_faults(page, f"{where}, phone")
    page.set_viewport_size(before)
    page.emulate_media(color_scheme="light")
    return found


def layout_faults(page: Page, where: str) -> list[str]:
    """Return what sticks out of the page or of its own box, and what the page was not allowed to do."""
    width, room = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
    wide = [f"{width} px wide in {room} px"] if width > room else []
    violations = page.evaluate("() => window.__violations || []")
    return [f"{where}: {fault}" for fault in [*wide, *page.evaluate(CUT_OFF), *violations]]
