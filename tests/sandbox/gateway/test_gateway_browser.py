"""A learner's page in a real browser: it may talk to its own server and to nothing of the course."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.mark.browser
@pytest.mark.skipif(
    not CHROMIUM and not os.environ.get("REQUIRE_BROWSER"),
    reason="no Chromium here (install the package `chromium`; REQUIRE_BROWSER=1 makes this a failure)",
)
def test_a_hostile_page_reaches_its_own_server_and_nothing_else(browser, gunicorn):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{gunicorn.base}/lessons")  # the visitor has the course's cookie
    page.goto(f"{gunicorn.base}{gunicorn.prefix('browser')}/hostile-page")
    assert page.evaluate("window.seen") == {
        "origin": "null",
        "cookie": "SecurityError",
        "storage": "SecurityError",
        "worker": "SecurityError",
        "popup": "refused",
        "frame": "TypeError",
        "fetchCourse": "TypeError",
        "fetchCourseByRedirect": "refused",
        "fetchElsewhere": "TypeError",
        "image": "refused",
        "courseSocket": "refused",
        "ownSocket": "opened",
        "ownFetch": "{}",
        "form": "refused",
    }
    assert "secret" not in str(gunicorn.request("GET", "/seen").json["headers"])
    context.close()
