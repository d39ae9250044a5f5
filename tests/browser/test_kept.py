"""Nothing is lost: reloads, two tabs, undo, a lost connection, and the hard end of each process."""

from collections.abc import Callable, Iterator
from functools import partial

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.stage.running_site import RunningSite
from tests.stage.workbench import ECHO, EXERCISES, LESSON, Workbench

EXERCISE = f"{LESSON}add-with-ack/"
SOLUTION = (EXERCISES / "add-with-ack/solution/server.py").read_text()
STARTER = (EXERCISES / "add-with-ack/starter/server.py").read_text()
MINE = "# mine\n" + SOLUTION

CONNECTION_LOST = (
    "net::ERR_",
    "WebSocket connection to",
    "status of 410",  # the ended sandbox's own sentence, for a client that comes back
    "status of 404",
    "status of 502",
    "status of 503",  # its process is gone, which the gateway may notice before the supervisor does
)


def fork_server(site: RunningSite) -> psutil.Process:
    """Return the one for programs under threads."""
    (found,) = [
        child
        for child in psutil.Process(site.pid).children(recursive=True)
        if child.cmdline()[-3:] == ["course.sandbox.forkserver.server", "threading", "core"]
        and child.ppid() == site.pid
    ]
    return found


def programs(site: RunningSite) -> set[psutil.Process]:
    """Return the processes of the fork server's running programs; what a program runs in may be nested."""
    return set(fork_server(site).children(recursive=True))


def test_a_reload_and_a_second_tab_have_the_same_program(open_page, watched, site):
    bench = Workbench(open_page(EXERCISE))
    bench.write(MINE)
    bench.page.reload()  # at once: the draft in the browser has it even before the server does
    bench.expect_program(MINE)
    bench.expect_saved()
    other = Workbench(watched.watch(bench.page.context.new_page()))
    other.page.goto(site.url + EXERCISE)
    other.expect_program(MINE)
    other.write(MINE + "# from the other tab\n")
    bench.expect_program(MINE + "# from the other tab\n")
    other.start()
    bench.expect_running()
    bench.check()
    other.expect_checked("All 3 checks passed")


def test_a_closed_tab_has_lost_nothing(open_page, watched, site):
    bench = Workbench(open_page(EXERCISE))
    bench.write(MINE)
    context = bench.page.context
    bench.page.close(run_before_unload=False)
    again = Workbench(watched.watch(context.new_page()))
    again.page.goto(site.url + EXERCISE)
    again.expect_program(MINE)


def test_reset_can_be_undone(open_page):
    bench = Workbench(open_page(EXERCISE))
    bench.write(MINE)
    bench.button("Reset").click()
    bench.expect_program(STARTER)
    bench.notes.get_by_role("button", name="Undo").click()
    bench.expect_program(MINE)
    bench.expect_saved()
    bench.page.reload()
    bench.expect_program(MINE)


def test_an_example_that_is_loaded_leaves_what_was_typed_in_the_history(open_page):
    bench = Workbench(open_page("/lessons/emitting-events/"))
    bench.write(MINE)
    bench.page.get_by_role("button", name="Run this").nth(1).click()  # at once: nothing has been saved yet
    bench.expect_running()
    bench.page.locator("run-toolbar").get_by_label("More", exact=True).click()
    bench.page.get_by_role("button", name="Earlier versions").click()
    history = bench.page.get_by_role("dialog").get_by_role("listitem")
    expect(history.first).to_contain_text("Loaded")
    history.nth(1).get_by_role("button", name="Bring back").click()
    bench.expect_program(MINE)


def test_a_dropped_connection_gives_everything_back(open_page, watched):
    watched.expected = CONNECTION_LOST
    bench = Workbench(open_page(EXERCISE))
    bench.start(MINE)
    bench.client("A").expect_connected("websocket")
    bench.expect_saved()
    bench.page.context.set_offline(True)
    bench.write(MINE + "# written without a connection\n")
    expect(bench.page.locator("code-editor .save-state")).to_contain_text("Kept in this browser")
    expect(bench.page.get_by_text("Reconnecting, your code is saved.")).to_be_visible()
    bench.page.context.set_offline(False)
    bench.expect_saved()
    bench.client("A").expect_connected()
    bench.page.reload()
    bench.expect_program(MINE + "# written without a connection\n")


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """One whose processes may be killed: each comes back, by itself or by the test."""
    running = RunningSite(tmp_path_factory.mktemp("own") / "instance").start()
    yield running
    running.stop()


@pytest.fixture
def visit(open_page, own_site) -> Callable[[str], Page]:
    return partial(open_page, on=own_site)


def test_the_web_process_may_be_killed_and_pages_come_back_by_themselves(own_site, visit, watched):
    watched.expected = CONNECTION_LOST
    page = visit(LESSON)
    question = page.locator("#question-one-or-many")
    question.get_by_label("As many as you like").check()
    question.get_by_role("button", name="Commit").click()
    expect(question.locator(".verdict")).to_have_text("Right.")
    page.goto(own_site.url + EXERCISE)
    bench = Workbench(page)
    bench.write(MINE)
    bench.check()
    bench.expect_checked("All 3 checks passed")
    bench.start()
    before = programs(own_site)
    bench.page.evaluate("() => { window.neverReloaded = true; }")

    own_site.kill()
    expect(page.get_by_text("Reconnecting, your code is saved.")).to_be_visible()
    bench.write(MINE + "# while the site was away\n")
    own_site.start()
    expect(page.get_by_text("Reconnecting, your code is saved.")).to_be_hidden()
    bench.expect_saved()
    assert page.evaluate("() => window.neverReloaded")
    bench.expect_program(MINE + "# while the site was away\n")
    expect(bench.pill).to_contain_text("Stopped")
    _, alive = psutil.wait_procs(before, timeout=60)
    assert alive == [], "programs outlived the site that started them"
    bench.start()
    bench.client("A").expect_connected()
    page.reload()
    bench.expect_program(MINE + "# while the site was away\n")
    expect(page.locator("li.task.is-done")).to_have_count(3)
    page.goto(own_site.url + LESSON)
    expect(question.locator(".verdict")).to_have_text("Right.")
    watched.verify()


def test_a_killed_program_is_told_to_its_learner_and_to_nobody_else(own_site, visit, watched):
    watched.expected = CONNECTION_LOST
    owner, neighbour = Workbench(visit("/playground/")), Workbench(visit("/playground/"))
    neighbour.start(ECHO)
    neighbour.client("A").expect_connected()
    others = programs(own_site)
    owner.start(ECHO)
    owner.client("A").expect_connected()
    for process in programs(own_site) - others:
        process.kill()
    expect(owner.notes.get_by_role("button", name="Run again")).to_be_visible()
    expect(owner.client("A").state).to_have_text("Disconnected")
    neighbour.client("A").emit("add", "2, 3")
    neighbour.client("A").expect_heard("ack", "5")
    owner.notes.get_by_role("button", name="Run again").click()
    owner.expect_running()
    owner.client("A").expect_connected()


def test_when_the_fork_server_is_killed_the_pages_say_so_and_one_click_runs_again(own_site, visit, watched):
    watched.expected = CONNECTION_LOST
    first, second = Workbench(visit("/playground/")), Workbench(visit("/playground/"))
    for bench in (first, second):
        bench.start(ECHO)
        bench.client("A").expect_connected()
    fork_server(own_site).kill()
    for bench in (first, second):
        expect(bench.notes.get_by_role("button", name="Run again")).to_be_visible()
    for bench in (first, second):
        bench.notes.get_by_role("button", name="Run again").click()
        bench.expect_running()
        bench.client("A").expect_connected()
