"""The page by keyboard, on a phone, and as somebody likes it."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import WORKBENCH_STARTED
from tests.stage.workbench import ECHO, LESSON, Workbench


def test_on_a_phone_one_pane_shows_at_a_time_and_back_works(open_page):
    page = open_page(LESSON, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    bench = Workbench(page)
    panes = page.get_by_role("navigation", name="Panes")
    expect(page.locator("#question-one-or-many")).to_be_visible()
    expect(bench.editor).to_be_hidden()
    panes.get_by_role("link", name="Code").tap()
    expect(bench.editor).to_be_visible()
    bench.start(ECHO)
    panes.get_by_role("link", name="Clients").tap()
    bench.client("A").expect_connected("websocket")
    bench.client("A").emit("add", "2, 3")
    bench.client("A").expect_heard("ack", "5")
    panes.get_by_role("link", name="Wire").tap()
    expect(bench.frame("add 2, 3").first).to_be_visible()
    page.go_back()
    expect(bench.client("A").card).to_be_visible()
    bench.client("A").expect_connected("websocket")  # a hidden pane keeps its connections
    small = page.evaluate(
        "() => [...document.querySelectorAll('input, select, textarea')]"
        ".filter((field) => field.offsetParent && !['checkbox', 'radio'].includes(field.type))"
        ".filter((field) => parseFloat(getComputedStyle(field).fontSize) < 16).map((field) => field.outerHTML)"
    )
    assert small == [], "a phone zooms into fields with smaller letters"


def test_everything_has_a_key(open_page):
    bench = Workbench(open_page(LESSON))
    page = bench.page
    page.keyboard.press("Alt+2")
    expect(bench.editor).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(ECHO)
    page.keyboard.press("Control+Enter")
    bench.expect_running()
    for letter in "ABC":
        bench.client(letter).expect_connected("websocket")
    page.keyboard.press("Control+.")
    expect(bench.pill).to_have_text("Stopped")
    page.keyboard.press("Alt+r")
    expect(bench.notes.get_by_role("button", name="Undo")).to_be_visible()
    page.keyboard.press("Alt+4")
    expect(bench.wire).to_be_focused()
    page.get_by_role("radio").first.focus()  # no field to write in
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Run your program")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_chosen_tab_is_in_sight_where_they_do_not_all_fit(open_page):
    page = open_page(LESSON, viewport={"width": 820, "height": 1100})
    page.keyboard.press("Alt+5")
    expect(page.get_by_role("tab", name="Checks")).to_be_in_viewport(ratio=0.99)
    page.get_by_role("tab", name="Checks").press("Home")
    expect(page.get_by_role("tab", name="Clients")).to_be_in_viewport(ratio=0.99)


PLACES = """() => [".toolbar", "code-editor", "#clients", "panel-tabs", "example-card"].flatMap((name) =>
  [...document.querySelectorAll(name)].map((node) => node.getBoundingClientRect()).map(({ top, height }) => [name, top, height]))"""


@pytest.mark.parametrize("width", [1366, 390])
def test_nothing_moves_when_a_lessons_programs_arrive_late(new_context, site, width: int):
    page = new_context(viewport={"width": width, "height": 844}).new_page()
    held: list[Route] = []
    page.route("**/programs.json*", lambda route: held.append(route))
    page.goto(site.url + LESSON)
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    before = page.evaluate(PLACES)
    assert "Run comes" in page.evaluate(
        "() => getComputedStyle(document.querySelector('run-toolbar'), '::before').content"
    )
    for route in held:
        route.continue_()
    page.wait_for_function(WORKBENCH_STARTED)
    expect(page.locator("example-card button").first).to_be_visible()
    assert page.evaluate(PLACES) == before


CODE_AT = """() => {
  const text = document.querySelector(".cm-line") ?? document.querySelector("code-editor textarea");
  const [{ left, top }, { paddingLeft, paddingTop }] = [text.getBoundingClientRect(), getComputedStyle(text)];
  return [left + parseFloat(paddingLeft), top + (text.localName === "textarea" ? parseFloat(paddingTop) : 0)];
}"""


@pytest.mark.parametrize("width", [1366, 820])
def test_the_code_stays_where_it_is_when_the_editor_takes_its_place(new_context, site, width: int):
    page = new_context(viewport={"width": width, "height": 844}).new_page()
    held: list[Route] = []
    for late in ("**/programs.json*", "**/editor-*.js"):
        page.route(late, lambda route: held.append(route))
    page.goto(site.url + LESSON)
    expect(page.locator("code-editor textarea")).to_be_visible()
    before = page.evaluate(CODE_AT)
    for route in held:
        route.continue_()
    page.unroute_all()
    expect(page.locator(".cm-line").first).to_be_visible()
    assert page.evaluate(CODE_AT) == pytest.approx(before, abs=0.5)


def test_on_a_phone_a_program_of_the_text_leads_to_the_clients(open_page):
    page = open_page(LESSON, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    example = page.locator("example-card").first
    onward = example.get_by_role("button", name="To the clients")
    expect(onward).to_be_hidden()
    example.get_by_role("button", name="Run this").tap()
    onward.tap()
    expect(Workbench(page).client("A").card).to_be_visible()
    page.go_back()
    expect(onward).to_be_in_viewport()


def test_the_keyboard_can_leave_the_editor(open_page):
    bench = Workbench(open_page("/playground/"))
    bench.editor.focus()
    bench.page.keyboard.press("Escape")
    bench.page.keyboard.press("Tab")
    expect(bench.editor).not_to_be_focused()


def test_a_splitter_moves_by_keys_and_its_place_is_remembered(open_page):
    page = open_page(LESSON)
    splitter = page.get_by_role("separator", name="Width of the lesson")
    width = "() => document.querySelector('#lesson').getBoundingClientRect().width"
    before = page.evaluate(width)
    splitter.focus()
    page.keyboard.press("Shift+ArrowRight")
    wider = page.evaluate(width)
    assert wider > before + 50
    page.reload()
    assert page.evaluate(width) == pytest.approx(wider, abs=2)
    splitter.focus()
    page.keyboard.press("Enter")
    assert page.evaluate(width) == pytest.approx(before, abs=2)


def test_the_theme_is_chosen_once_for_every_page(open_page, site):
    page = open_page("/", color_scheme="light")
    background = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.get_by_role("button", name="Theme: as your system").click()
    page.get_by_role("button", name="Theme: light").click()
    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    dark = page.evaluate(background)
    assert dark != light
    page.goto(site.url + LESSON)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate(background) == dark


def test_without_motion_nothing_moves(open_page):
    page = open_page(LESSON, reduced_motion="reduce")
    moving = page.evaluate(
        "() => [...document.querySelectorAll('*')].filter((node) => {"
        " const style = getComputedStyle(node);"
        " return [...style.transitionDuration.split(','), ...style.animationDuration.split(',')].some((time) => parseFloat(time) > 0.01);"
        "}).map((node) => node.className)"
    )
    assert moving == []


def test_the_lesson_names_its_place(open_page):
    page = open_page(LESSON)
    expect(page).to_have_title(re.compile("Listening to events"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the lesson")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the lesson")).to_be_in_viewport()
