"""The map, the lesson and its exercises: there before any script, and alive with one."""

import re

from playwright.sync_api import expect

from tests.stage.workbench import ECHO, EXERCISES, LESSON, Workbench

STARTER = (EXERCISES / "add-with-ack/starter/server.py").read_text()
SOLUTION = (EXERCISES / "add-with-ack/solution/server.py").read_text()


def test_the_map_shows_the_lesson_and_progress_that_grows(open_page):
    page = open_page("/")
    step = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Listening to events"))
    expect(step).to_contain_text("Intermediate · 18 min")
    expect(step).to_contain_text(re.compile(r"0 of \d+ done"))
    step.get_by_role("link", name=re.compile("Answer with the sum")).click()
    bench = Workbench(page)
    bench.write(SOLUTION)
    bench.check()
    bench.expect_checked("All 3 checks passed")
    page.get_by_role("link", name=re.compile("the course map")).click()
    expect(step).to_contain_text(re.compile(r"1 of \d+ done"))
    expect(step.get_by_role("link", name=re.compile("Answer with the sum"))).to_contain_text("done")


def test_the_starting_code_is_a_textarea_without_a_script(open_page):
    page = open_page(f"{LESSON}add-with-ack/", java_script_enabled=False)
    expect(page.locator("textarea[name='server.py']")).to_have_value(STARTER)
    expect(page.locator("textarea[name='server.py']")).to_be_editable()
    expect(page.get_by_role("heading", name="Answer with the sum").first).to_be_visible()
    expect(page.locator(".sandbox-off")).to_contain_text("need JavaScript")


def test_what_is_written_before_the_editor_arrives_is_kept(new_context, site, watched):
    context = new_context()
    page = watched.watch(context.new_page())
    held = []
    page.route(re.compile(r"/editor-.*\.js$"), lambda route: held.append(route))
    page.goto(f"{site.url}{LESSON}add-with-ack/", wait_until="commit")
    area = page.locator("code-editor textarea")
    area.fill("# mine, before the editor\n" + STARTER)
    page.wait_for_function("() => document.querySelector('code-editor .save-state')")
    for route in held:
        route.continue_()
    page.unroute_all()
    bench = Workbench(page)
    expect(bench.editor).to_contain_text("# mine, before the editor")
    bench.expect_saved()
    page.reload()
    expect(bench.editor).to_contain_text("# mine, before the editor")
    watched.verify()


def test_enter_ends_a_line_and_tab_takes_a_suggestion(open_page):
    bench = Workbench(open_page("/playground/"))
    suggestions = bench.page.locator(".cm-tooltip-autocomplete")
    bench.write("")
    bench.page.keyboard.type("x = emi")
    expect(suggestions).to_be_visible()
    bench.page.keyboard.press("Enter")
    bench.page.keyboard.type("y = emi")
    expect(suggestions).to_be_visible()
    bench.page.keyboard.press("Tab")
    expect(bench.editor.locator(".cm-line")).to_have_text(["x = emi", 'y = emit("event", data)'])


def test_the_editor_colours_python_and_marks_what_does_not_compile(open_page):
    bench = Workbench(open_page(f"{LESSON}add-with-ack/"))
    colour = "(node) => getComputedStyle(node).color"
    plain = bench.editor.evaluate(colour)
    keyword = bench.editor.locator("span", has_text=re.compile("^import$")).first
    text = bench.editor.locator("span", has_text=re.compile('^"add"$')).first
    assert len({plain, keyword.evaluate(colour), text.evaluate(colour)}) == 3
    # Without the nonce the editor shows, but its scroller is no flex box: broken in a way that is easy to miss.
    assert bench.page.locator(".cm-scroller").evaluate("(node) => getComputedStyle(node).display") == "flex"
    expect(bench.page.locator(".cm-lint-marker-error")).to_have_count(0)
    bench.write(STARTER.replace("def add(a, b):", "def add(a, b:"))
    bench.page.keyboard.press("Control+Home")
    expect(bench.page.locator(".cm-lint-marker-error").first).to_be_visible()
    bench.page.keyboard.press("Control+f")
    expect(bench.page.locator(".cm-search")).to_be_visible()


def test_the_editor_indents_and_closes_brackets(open_page):
    bench = Workbench(open_page("/playground/"))
    bench.write("")
    bench.page.keyboard.type("def f(x):\nreturn (x")
    assert bench.program() == "def f(x):\n    return (x)"


def test_every_example_of_the_text_loads_and_starts(open_page):
    bench = Workbench(open_page(LESSON))
    examples = bench.page.locator("example-card")
    assert examples.count() >= 5
    seen = set()
    for example in examples.all():
        example.get_by_role("button", name="Run this").click()
        expect(example).to_have_class(re.compile("is-running"))
        bench.expect_running()
        for letter in "ABC":
            bench.client(letter).expect_connected("websocket")
        seen.add(bench.program())
    assert len(seen) == examples.count()


def test_an_example_that_was_loaded_can_be_undone(open_page):
    bench = Workbench(open_page(LESSON))
    bench.write("# my own notes\n")
    example = bench.page.locator("example-card").first
    example.get_by_role("button", name="Run this").click()
    bench.expect_running()
    bench.notes.get_by_role("button", name="Undo").click()
    bench.expect_program("# my own notes\n")
    expect(example).to_have_class(re.compile("is-running"))  # the editor is another thing
    for name in "ABC":  # a client that is still connecting would be refused when the program stops
        bench.client(name).expect_connected("websocket")
    bench.button("Stop").click()
    expect(example).not_to_have_class(re.compile("is-running"))


def test_the_reading_place_comes_back_after_a_reload_and_from_an_exercise(open_page):
    page = open_page(LESSON)
    heading = page.get_by_role("heading", name="Two names with a history")
    heading.evaluate("(it) => it.scrollIntoView()")
    page.reload()
    expect(heading).to_be_in_viewport()
    card = page.locator(".exercise-card").nth(1)
    title = card.get_by_role("heading").inner_text()
    card.get_by_role("link").click()
    page.get_by_role("link", name="Back to the lesson").click()
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_in_viewport()


def test_the_clients_take_their_events_from_the_example_that_is_run(open_page):
    page = open_page(LESSON)
    bench = Workbench(page)
    field = bench.client("A").card.get_by_label("Event that Client A emits")
    field.fill("of_my_own")
    page.locator("example-card").filter(has_text="Four ways to answer").get_by_role("button", name="Run this").click()
    expect(field).to_have_value("add")
    offered = bench.client("A").card.locator("datalist option")
    assert offered.evaluate_all("(all) => all.map(({ value }) => value)") == ["add", "ends", "both", "noted"]
    bench.client("A").expect_connected("websocket")
    field.fill("both")
    bench.write("# changed\n" + ECHO)
    expect(field).to_have_value("both")


def test_continue_leads_to_the_furthest_lesson_that_was_begun(open_page, site):
    page = open_page("/lessons/emitting-events/")
    question = page.locator("quiz-question").filter(has=page.get_by_role("radio")).first
    question.get_by_role("radio").first.check()
    question.locator("button[type=submit]").click()  # right or wrong
    expect(question.locator(".option-reason").first).to_be_visible()
    page.goto(site.url)
    expect(page.get_by_role("link", name="Continue: Emitting events")).to_be_visible()
