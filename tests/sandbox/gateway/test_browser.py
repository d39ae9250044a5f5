"""A learner's page in a real browser: it may talk to its own server and to nothing of the course."""

import pytest

HARMLESS = {
    "aria-notify",  # speaks to a screen reader, as text does
    "cross-origin-isolated",  # no page of ours is
    "deferred-fetch",  # under the same connect-src as every other
    "deferred-fetch-minimal",
    "interest-cohort",  # never shipped
    "sync-xhr",
    "unload",
}
"""What a page in the sandbox may use; a client hint (``ch-…``) only describes the browser to its own server."""


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


def test_a_page_opened_alone_may_use_nothing_of_the_browser(browser, gunicorn):
    """Whatever a newer browser can do besides is judged here first: switched off, or called harmless."""
    context = browser.new_context()
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{gunicorn.base}{gunicorn.prefix('alone')}/")
    allowed = set(page.evaluate("document.featurePolicy.allowedFeatures()"))
    assert {name for name in allowed if not name.startswith("ch-")} <= HARMLESS
    assert not [text for text in complaints if "Permissions-Policy" in text]
    page.evaluate(
        "document.body.onclick = () => { window.full = document.body.requestFullscreen().then(String, String); }"
    )
    page.mouse.click(5, 5)
    assert page.evaluate("window.full") == "TypeError: Disallowed by permissions policy"
    assert (
        page.evaluate("navigator.clipboard.writeText('x').then(() => 'written', (error) => error.name)")
        == "NotAllowedError"
    )
    context.close()


@pytest.mark.parametrize(
    "kind", ["text/html", "text/csv", "application/octet-stream", "application/pdf", "application/x-none", "font/woff2"]
)
def test_a_learners_server_puts_no_file_among_the_downloads(browser, gunicorn, kind):
    context = browser.new_context()
    page = context.new_page()
    saved = []
    page.on("download", lambda file: saved.append(file))
    for query in (f"kind={kind}", f"kind={kind}&save=1"):
        answer = page.goto(f"{gunicorn.base}{gunicorn.prefix('saves')}/file?{query}")
        assert answer.status == 200 and page.locator("body").inner_text().split() in (
            ["a,b", "1,2"],
            ["a,b 1,2"],
            ["a,b"],
        )
    assert saved == []
    assert ("changed", "") in gunicorn.marks("saves")
    context.close()


def test_a_link_in_a_learners_page_saves_nothing(browser, gunicorn):
    context = browser.new_context()
    page = context.new_page()
    saved = []
    context.on("page", lambda opened: opened.on("download", lambda file: saved.append(file)))
    page.on("download", lambda file: saved.append(file))
    page.goto(f"{gunicorn.base}{gunicorn.prefix('links')}/")
    click = (
        "(target) => { const link = document.createElement('a'); link.download = 'x.txt'; link.href = target;"
        " document.body.append(link); link.click(); }"
    )
    for target in ("data:text/plain,x", page.evaluate("URL.createObjectURL(new Blob(['x']))")):
        page.evaluate(click, target)
        assert page.evaluate("fetch('seen').then((answer) => answer.status)") == 200  # the click is done with
    with page.expect_navigation(url="**/file?kind=text/csv"):  # of another origin, as its page has none: it is opened
        page.evaluate(click, "file?kind=text/csv")
    assert page.locator("body").inner_text().startswith("a,b")
    assert saved == []
    context.close()


def test_what_no_header_can_forbid_is_still_there(browser, gunicorn):
    """Chromium has no `webrtc` directive. When this fails, docs/threat-model.md may promise more."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{gunicorn.base}{gunicorn.prefix('rtc')}/")
    assert page.evaluate("typeof RTCPeerConnection") == "function"
    context.close()
