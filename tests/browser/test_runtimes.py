"""What a program runs under: chosen in the toolbar, said while it runs, set by the example that is started."""

from playwright.sync_api import expect

from tests.stage.courses import SLUG
from tests.stage.workbench import LESSON, Workbench

ANYWHERE = """
from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app)
socketio.run(app)
"""


def test_the_choice_is_offered_and_the_pill_says_what_runs(open_page, rich_site):
    page = open_page(f"/lessons/{SLUG}/", on=rich_site)
    bench = Workbench(page)
    choice = page.get_by_label("Runs under")
    expect(choice.locator("option")).to_have_text(["threading", "gevent, monkey-patched"])
    choice.select_option(label="gevent, monkey-patched")
    bench.connect_by_hand()  # nobody is connected when one program takes the other's place
    bench.start(ANYWHERE)
    expect(bench.pill).to_contain_text("gevent, monkey-patched")
    page.get_by_role("button", name="Run this").first.click()
    expect(choice).to_have_value("threading")
    expect(bench.pill).to_contain_text("· threading")


def test_nothing_is_offered_where_there_is_no_choice(open_page):
    page = open_page(LESSON)
    bench = Workbench(page)
    bench.start()
    expect(page.get_by_label("Runs under")).to_have_count(0)
    expect(bench.pill).not_to_contain_text("threading")
