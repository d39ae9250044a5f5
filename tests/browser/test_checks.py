"""Check: what real clients found out, with a next step; hints, the solution, and what was tried before."""

import pytest
from playwright.sync_api import expect

from tests.stage.workbench import EXERCISES, LESSON, Workbench

ADD = EXERCISES / "add-with-ack"
SOLUTION = (ADD / "solution/server.py").read_text()
TAKES_ONE_LIST = (ADD / "wrong/takes-one-list/server.py").read_text()


@pytest.fixture
def bench(open_page):
    return Workbench(open_page(f"{LESSON}add-with-ack/"))


def test_a_known_mistake_is_answered_with_its_own_explanation(bench):
    bench.write(TAKES_ONE_LIST)
    bench.page.keyboard.press("Control+Shift+Enter")
    bench.expect_checked("0 of 3 checks passed.")
    failed = bench.checks.locator("li.check.is-failed").first
    expect(failed.locator(".compare dt")).to_have_text(["Expected", "Got"])
    expect(failed.locator(".compare dd").first).to_contain_text("an acknowledgement with")
    expect(failed.locator(".compare dd").last).to_contain_text("no acknowledgement")
    expect(failed.locator(".check-hint")).to_contain_text("def add(a, b)")
    expect(failed.locator(".check-why")).to_contain_text("Your handler takes one value")
    failed.get_by_text("What travelled").click()
    expect(failed.locator(".trace")).to_contain_text('["add",')
    expect(bench.page.locator("li.task.is-failed")).not_to_have_count(0)
    expect(bench.checks.locator("li.check.is-skipped")).to_have_count(2)


def test_a_known_mistake_leads_to_the_paragraph_that_tells_better_whatever_view_is_open(open_page):
    bench = Workbench(open_page(f"{LESSON}?mode=build"))
    bench.page.get_by_role("combobox", name="Program").select_option(label="Answer with the sum")
    bench.write(TAKES_ONE_LIST)
    bench.check()
    bench.expect_checked("0 of 3 checks passed.")
    known = bench.checks.locator(".check-known").first
    expect(known).to_contain_text("This is a known one: All values of an event arrive in one parameter.")
    heading = bench.page.locator("#what-your-function-is-given")
    for _ in range(2):  # the second time the address is there already
        expect(heading).to_be_hidden()
        known.get_by_role("link", name="What your function is given").click()
        expect(heading).to_be_in_viewport()
        expect(heading).to_be_focused()
        bench.page.locator("mode-switch").get_by_role("link", name="Build").click()
    bench.expect_checked("0 of 3 checks passed.")  # the page was never left


def test_the_solution_passes_and_ticks_every_task(bench):
    bench.write(SOLUTION)
    bench.check()
    bench.expect_checked("All 3 checks passed")
    expect(bench.page.locator("li.task.is-done")).to_have_count(3)
    expect(bench.button("Check")).to_contain_text("3/3")
    bench.page.reload()
    expect(bench.page.locator("li.task.is-done")).to_have_count(3)


def test_results_seen_again_in_the_lesson_are_about_the_program_that_was_checked(open_page):
    bench = Workbench(open_page(LESSON))
    pick = bench.page.get_by_role("combobox", name="Program")
    pick.select_option("add-with-ack")
    bench.write(SOLUTION)
    bench.check()
    bench.expect_checked("All 3 checks passed")
    bench.page.reload()
    pick.select_option("add-with-ack")
    bench.tab("Checks")
    bench.expect_checked("All 3 checks passed")
    since = bench.checks.locator(".changed-since")
    expect(since).to_be_hidden()
    bench.write(TAKES_ONE_LIST)
    expect(since).to_be_visible()


def test_results_say_when_the_program_has_changed_since(bench):
    since = bench.checks.locator(".changed-since")
    bench.write(SOLUTION)
    bench.check()
    bench.expect_checked("All 3 checks passed")
    expect(since).to_be_hidden()
    bench.write(TAKES_ONE_LIST)
    expect(since).to_be_visible()
    bench.expect_saved()
    bench.page.reload()
    bench.tab("Checks")
    bench.expect_checked("All 3 checks passed")
    expect(since).to_be_visible()
    bench.write(SOLUTION)
    expect(since).to_be_hidden()
    bench.write(TAKES_ONE_LIST)
    bench.check()
    bench.expect_checked("0 of 3 checks passed.")
    expect(since).to_be_hidden()


@pytest.mark.parametrize("exercise", ["specific-and-catch-all", "bad-input-must-not-hang"])
def test_the_other_exercises_fail_at_first_and_pass_when_solved(open_page, exercise):
    bench = Workbench(open_page(f"{LESSON}{exercise}/"))
    bench.check()
    bench.expect_checked("checks passed.")
    expect(bench.checks.locator("li.check.is-failed").first).to_be_visible()
    bench.write((EXERCISES / exercise / "solution/server.py").read_text())
    bench.check()
    bench.expect_checked("Well done")


def test_a_program_that_does_not_compile_is_told_so_by_its_line(bench):
    bench.write(SOLUTION.replace("def add(a, b):", "def add(a, b:"))
    bench.check()
    expect(bench.checks).to_contain_text("line 11")
    skipped = bench.checks.locator("li.check.is-skipped")
    expect(skipped).to_have_count(2)
    expect(skipped.first).to_contain_text("every question gets its own sum")


def test_hints_come_one_at_a_time_and_stay(bench):
    hints = bench.page.locator("details.hint")
    bench.page.get_by_role("button", name="Show a hint (1 of 3)").click()
    expect(hints).to_have_count(1)
    expect(hints.first).to_contain_text("430[]")
    bench.page.get_by_role("button", name="Show hint 2 of 3").click()
    expect(hints).to_have_count(2)
    bench.page.reload()
    expect(hints).to_have_count(2)


def test_the_solution_is_shown_on_asking_twice_beside_ones_own_code(bench):
    page = bench.page
    mine = bench.program()
    page.get_by_role("button", name="Show the solution").click()
    again = page.get_by_role("button", name="Show it all the same")
    expect(again).to_be_visible()
    again.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".cm-mergeView, .cm-deletedChunk, .cm-changedLine").first).to_be_visible()
    expect(dialog).to_contain_text("return a + b")
    dialog.get_by_role("button", name="Use this").click()
    bench.expect_program(SOLUTION)
    bench.notes.get_by_role("button", name="Undo").click()
    bench.expect_program(mine)


def test_earlier_attempts_can_be_seen_and_brought_back(bench):
    bench.write(TAKES_ONE_LIST)
    bench.check()
    bench.expect_checked("0 of 3 checks passed.")
    bench.write(SOLUTION)
    bench.check()
    bench.expect_checked("All 3 checks passed")
    bench.button("More").or_(bench.page.locator("run-toolbar").get_by_label("More", exact=True)).first.click()
    bench.page.get_by_role("button", name="Earlier versions").click()
    dialog = bench.page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem").filter(has_text="3 of 3 checks passed")).to_have_count(1)
    failed = dialog.get_by_role("listitem").filter(has_text="0 of 3 checks passed")
    failed.get_by_role("button", name="Compare").click()
    expect(dialog).to_contain_text("data[0] + data[1]")
    failed.get_by_role("button", name="Bring back").click()
    bench.expect_program(TAKES_ONE_LIST)
