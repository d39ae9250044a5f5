"""Pages at work: axe finds nothing and nothing runs over the edge, light and dark, wide, middle and phone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.faults import CONTRAST, THOROUGH, axe_faults
from tests.stage.courses import SLUG
from tests.stage.workbench import ECHO, EXERCISES, LESSON, Workbench

SIZES = {"wide": (1366, 768), "middle": (820, 1180), "phone": (390, 844)}
CHOSEN = """(option) => [["input", "::before"], [null, "::after"]].map(([part, mark]) => {
  const node = part ? option.querySelector(part) : option;
  return getComputedStyle(node, mark).backgroundColor !== getComputedStyle(node).backgroundColor;
})"""
"""Whether what was chosen, and what became of it, stand out from their ground."""
PHONE_VIEWS = ("#lesson", "#code", "#clients", "#wire")


def faults(page: Page, where: str, part: str = "") -> list[str]:
    """Return what axe finds in both themes, and what sticks out, on the page as it stands, one line each.

    A colour on its way from one theme to the other is no colour to judge: the page is to be opened with reduced motion.

    Args:
        part: a selector of what is new on a page that axe has seen.
    """
    lines = axe_faults(page, f"{where}, light", part=part)
    page.emulate_media(color_scheme="dark")
    lines += axe_faults(page, f"{where}, dark", None if THOROUGH else CONTRAST, part)
    page.emulate_media(color_scheme="light")
    return lines + width_faults(page, where)


def width_faults(page: Page, where: str) -> list[str]:
    width, room = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
    return [f"{where}: {width} px wide in {room} px"] if width > room else []


def faults_in_every_size(page: Page, name: str, *, phone_views: bool = False) -> list[str]:
    """Return what is wrong in three widths: axe looks at the wide page in both themes, and at a phone's, pane by pane."""
    found = []
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        where = f"{name}, {size}"
        if THOROUGH or size == "wide":
            found += faults(page, where)
        else:
            found += width_faults(page, where)
        if size == "phone":
            found += phone_faults(page, where, phone_views)
    page.set_viewport_size({"width": SIZES["wide"][0], "height": SIZES["wide"][1]})
    return found


def phone_faults(page: Page, where: str, phone_views: bool) -> list[str]:
    look = faults if THOROUGH else lambda page, where: axe_faults(page, where) + width_faults(page, where)
    if not phone_views:
        return look(page, where)
    found = []
    for view in PHONE_VIEWS:
        page.evaluate("(view) => { location.hash = view; }", view)
        page.wait_for_function("(view) => document.querySelector('#main').dataset.view === view", arg=view[1:])
        found += look(page, f"{where}, {view}")
    return found


@pytest.mark.timeout(1200 if THOROUGH else 400)
def test_the_lesson_page_at_work_has_no_fault(open_page, watched):
    bench = Workbench(open_page(LESSON, reduced_motion="reduce"))
    question = bench.page.locator("#question-one-or-many")
    question.get_by_role("radio", name="Just one").check()
    question.get_by_role("button", name="Commit").click()
    bench.page.emulate_media(forced_colors="active")
    assert question.locator(".option.is-mistaken").evaluate(CHOSEN) == [True, True]
    bench.page.emulate_media(forced_colors="none")
    bench.start(ECHO)
    for letter in "ABC":
        bench.client(letter).expect_connected("websocket")
    bench.client("A").emit("add", "2, 3")
    bench.client("A").expect_heard("ack", "5")
    bench.client("A").emit("shout", "5")
    bench.raw(bench.frame("add 2, 3").first)
    bench.client("B").emit("shout", '"hello"')
    bench.client("C").expect_heard("shouted", "HELLO")
    found = faults_in_every_size(bench.page, "lesson", phone_views=True)
    bench.tab("Server log")
    expect(bench.log).to_contain_text("AttributeError")
    found += faults(bench.page, "lesson, server log", "#panel-log")

    bench.page.get_by_role("button", name="Phone or terminal").click()
    found += faults(bench.page, "lesson, join this server", "dialog[open]")
    ready = watched.watch(bench.page.context.new_page())
    ready.goto(bench.page.get_by_role("dialog").locator("code.pre").first.inner_text())
    expect(ready.locator(".client-state")).to_contain_text("Connected")
    found += faults_in_every_size(ready, "connect")
    assert found == []


@pytest.mark.timeout(1200 if THOROUGH else 400)
def test_an_exercise_and_the_playground_have_no_fault(open_page, site):
    page = open_page("/playground/", reduced_motion="reduce")
    bench = Workbench(page)
    expect(bench.editor).to_be_visible()
    found = faults_in_every_size(page, "playground")
    bench.write("def broken(:\n")
    bench.button("Run").click()
    expect(bench.pill).to_have_text("Crashed")
    found += faults(page, "playground, crashed", ".sandbox")

    page.goto(f"{site.url}{LESSON}add-with-ack/")
    expect(bench.editor).to_be_visible()
    bench.write((EXERCISES / "add-with-ack/wrong/broadcasts-the-sum/server.py").read_text())
    bench.check()
    bench.expect_checked("2 of 3 checks passed.")
    page.get_by_role("button", name="Show a hint").click()
    expect(page.locator("details.hint")).to_have_count(1)
    found += faults_in_every_size(page, "exercise, checked", phone_views=True)
    page.locator("run-toolbar").get_by_label("More", exact=True).click()
    page.get_by_role("button", name="Earlier versions").click()
    expect(page.get_by_role("dialog").get_by_role("listitem").first).to_be_visible()
    found += faults(page, "exercise, earlier versions", "dialog[open]")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Show the solution").click()
    page.get_by_role("button", name="Show it all the same").click()
    expect(page.get_by_role("dialog").locator(".cm-changedLine").first).to_be_visible()
    found += faults(page, "exercise, solution", "dialog[open]")
    assert found == []


@pytest.mark.timeout(1200 if THOROUGH else 400)
def test_what_opens_over_a_page_has_no_fault(open_page, rich_site):
    page = open_page("/", on=rich_site, reduced_motion="reduce")
    page.keyboard.press("/")
    page.get_by_role("combobox").fill("ack")
    expect(page.get_by_role("option").first).to_be_visible()
    found = faults_in_every_size(page, "search")
    page.goto(f"{rich_site.url}/lessons/{SLUG}/?mode=reference")
    found += faults_in_every_size(page, "a mode")
    page.goto(f"{rich_site.url}/lessons/{SLUG}/")
    page.locator("a.term").first.focus()
    expect(page.locator("#term-popover")).to_be_visible()
    found += faults(page, "a term", "#term-popover")
    assert found == []
