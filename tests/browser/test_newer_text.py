"""An author saves a file: the open page shows the newer text and its problems, and keeps all that the learner has there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.stage.courses import LESSON, change, rich_course
from tests.stage.running_site import RunningSite
from tests.stage.workbench import ECHO, Workbench

PAGE = "/lessons/speaking-up/"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return rich_course(tmp_path / "lessons")


@pytest.fixture
def author_site(root: Path) -> Iterator[RunningSite]:
    running = RunningSite(root.parent / "instance", COURSE_DIR=str(root)).start()
    yield running
    running.stop()


def height_of(page: Page, words: str) -> float:
    """Return how far below the window's upper edge a heading stands, in pixels."""
    return float(page.get_by_role("heading", name=words).evaluate("(node) => node.getBoundingClientRect().top"))


def test_the_text_changes_around_what_the_learner_has(open_page, author_site, root):
    page = open_page(PAGE, on=author_site)
    bench = Workbench(page)
    bench.start("# mine\n" + ECHO)
    bench.client("A").expect_connected()
    guess = page.locator("quiz-question").first
    guess.get_by_label("The same text").check()
    guess.get_by_role("button", name="Commit to my guess").click()
    expect(guess.locator(".verdict")).to_have_text("Right.")
    half_answered = page.get_by_label("The client that asked")
    half_answered.check()
    page.evaluate("() => { window.neverReloaded = true; }")
    page.get_by_role("heading", name="Check yourself").scroll_into_view_if_needed()
    stood = height_of(page, "Check yourself")

    change(root, LESSON, "Begin with the surprising thing.", "One more paragraph.\n\nBegin with the truth.")
    line = change(root, LESSON, "What a handler returns is", "The [way](#nowhere) out. What a handler returns is")
    note = page.get_by_role("note", name=f"Problem on line {line}")
    expect(note).to_contain_text("There is no heading “#nowhere” in this lesson.")
    expect(note).to_contain_text("dead-link")
    behind = "(node) => node.closest('[data-print]').previousElementSibling.lastElementChild.textContent"
    assert note.evaluate(behind).startswith("The way out.")
    expect(page.get_by_text("One more paragraph.")).to_be_attached()
    expect(page.locator("details.problems summary")).to_contain_text("1 problem")
    assert abs(height_of(page, "Check yourself") - stood) < 2

    change(root, LESSON, "The [way](#nowhere) out. ", "Put right: ")
    expect(page.get_by_text("Put right: What a handler returns")).to_be_attached()
    expect(page.get_by_role("note")).to_have_count(0)
    expect(page.locator("details.problems")).to_have_count(0)

    expect(guess.locator(".verdict")).to_have_text("Right.")
    expect(half_answered).to_be_checked()
    bench.expect_program("# mine\n" + ECHO)
    bench.client("A").expect_connected()
    bench.client("A").emit("add", "1, 2")
    expect(bench.client("A").received.filter(has_text="3").last).to_be_visible()
    assert page.evaluate("() => window.neverReloaded")


def test_an_error_leaves_the_page_open_and_new_programs_are_taken_over(open_page, author_site, root):
    page = open_page(PAGE, on=author_site)
    bench = Workbench(page)
    bench.write("# mine\n" + ECHO)
    bench.expect_saved()
    change(root, LESSON, "::: question who", "::: qestion who")
    expect(page.get_by_role("note").filter(has_text="left out of the course")).to_be_visible()
    expect(page.get_by_role("note").filter(has_text="There is no block named “qestion”.")).to_be_attached()
    bench.start("# more\n" + ECHO)
    change(root, LESSON, "::: qestion who", "::: question who")
    change(root, f"{LESSON.rpartition('/')[0]}/examples/echo.py", '"""A server that echoes', '"""A better server')
    expect(page.get_by_role("note")).to_have_count(0)
    bench.expect_program("# more\n" + ECHO)
    page.locator("example-card").filter(has_text="A better server").get_by_role("button", name="Run this").click()
    bench.expect_running()
    assert bench.program().startswith('"""A better server')
