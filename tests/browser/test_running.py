"""Run: a program starts, speaks, fails and ends, and the page says so."""

import re

from playwright.sync_api import expect

from tests.stage.workbench import ECHO, Workbench


def test_a_program_runs_by_button_and_by_keys_and_its_output_streams(open_page):
    bench = Workbench(open_page("/playground/"))
    bench.start(ECHO)
    bench.client("A").expect_connected()
    bench.client("A").emit("add", "2, 3")
    bench.tab("Server log")
    expect(bench.log).to_contain_text("asked for 2 and 3")
    bench.button("Stop").click()
    expect(bench.pill).to_have_text("Stopped")
    bench.editor.focus()
    bench.page.keyboard.press("Control+Enter")
    bench.expect_running()
    expect(bench.log).not_to_contain_text("asked for 2 and 3")


def test_what_was_changed_since_run_is_said_until_the_next_one(open_page):
    bench = Workbench(open_page("/playground/"))
    note = bench.page.get_by_text("changed since Run")
    bench.start(ECHO)
    expect(note).to_be_hidden()
    bench.write("# newer\n" + ECHO)
    expect(note).to_be_visible()
    bench.write(ECHO)
    expect(note).to_be_hidden()
    bench.write("# newer\n" + ECHO)
    expect(note).to_be_visible()
    bench.expect_saved()
    bench.page.reload()
    expect(note).to_be_visible()
    bench.button("Run").click()
    expect(note).to_be_hidden()


def test_a_traceback_shows_the_learners_frames_and_leads_to_the_line(open_page):
    bench = Workbench(open_page("/playground/"))
    bench.start(ECHO)
    bench.client("A").expect_connected()
    bench.client("A").emit("shout", "5")
    bench.tab("Server log")
    expect(bench.log).to_contain_text("AttributeError: 'int' object has no attribute 'upper'")
    expect(bench.log).to_contain_text("in shout")
    expect(bench.log).not_to_contain_text("site-packages")
    expect(bench.log).not_to_contain_text("flask_socketio/")
    line = ECHO.splitlines().index('    emit("shouted", text.upper(), broadcast=True)') + 1
    bench.log.get_by_role("button", name=f"line {line}").click()
    expect(bench.page.locator(".cm-line.is-asked")).to_contain_text("text.upper()")
    expect(bench.editor).to_be_focused()
    bench.client("A").emit("add", "2, 3")  # one handler failed, the server goes on
    bench.client("A").expect_heard("ack", "5")


HEAD = "from flask import Flask\nfrom flask_socketio import SocketIO\n\napp = Flask(__name__)\n"
ENDINGS = {
    "a syntax error": (HEAD + "def broken(:\n    pass\n", "Crashed", "line 5"),
    "an exception at import": (HEAD + "1 / 0\n", "Crashed", "ZeroDivisionError"),
    "no run call": (HEAD + "print('that was all')\n", "Ended", "socketio.run"),
    "an exit": (HEAD + "import sys\nsys.exit()\n", "Ended", "sys.exit"),
    "a module that is not there": (HEAD + "import numpy\n", "Crashed", "numpy"),
    "an unknown mode": (HEAD + "socketio = SocketIO(app, async_mode='asyncio')\n", "Crashed", "async_mode"),
    "too much memory": (
        HEAD + "'x' * 10_000_000_000\n",
        re.compile("Crashed|memory limit"),
        re.compile("memory", re.I),
    ),
}


def test_every_bad_ending_has_its_own_sentence_and_a_way_on(open_page):
    bench = Workbench(open_page("/playground/"))
    for name, (program, pill, words) in ENDINGS.items():
        bench.write(program)
        bench.button("Run").click()
        expect(bench.pill, name).to_contain_text(pill)
        expect(bench.notes, name).to_contain_text(words)
        expect(bench.notes.get_by_role("button", name="Run again"), name).to_be_visible()
    bench.start(ECHO)
    expect(bench.notes.get_by_role("button", name="Run again")).to_have_count(0)


def test_a_crash_marks_its_line_in_the_gutter_and_the_note_leads_there(open_page):
    bench = Workbench(open_page("/playground/"))
    bench.write(HEAD + "1 / 0\n")
    bench.button("Run").click()
    bench.notes.get_by_role("button", name="Go to line 5").click()
    expect(bench.page.locator(".cm-line.is-error")).to_have_text("1 / 0")
    expect(bench.page.locator(".cm-lint-marker-error")).to_have_count(1)
    expect(bench.editor).to_be_focused()


def test_a_program_that_hangs_or_floods_leaves_the_page_usable(open_page):
    bench = Workbench(open_page("/playground/"))
    flood = ECHO.replace(
        '    print("asked for", a, "and", b)\n', "    for i in range(20_000):\n        print('line', i)\n"
    )
    bench.start(flood)
    bench.client("A").expect_connected()
    bench.client("A").emit("add", "2, 3")
    bench.client("A").expect_heard("ack", "5")
    bench.tab("Server log")
    expect(bench.page.locator("server-log .log-line").first).to_be_visible()
    bench.write(HEAD + "while True:\n    pass\n")
    bench.button("Run").click()
    expect(bench.pill).to_contain_text("Starting")
    bench.button("Stop").click()
    expect(bench.pill).to_contain_text("Stopped")
