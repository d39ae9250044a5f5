"""Pages in a real browser: a learner's page may talk to its own server only, another site's page only if it is let in."""

from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.sandbox.gateway.stage import until

LIBRARY = Path(__file__).parents[3] / "frontend/node_modules/socket.io-client/dist/socket.io.min.js"


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


class DevelopmentServer(SimpleHTTPRequestHandler):
    """Serves one page with Socket.IO's client in it, as Vite or Live Server would."""

    def do_GET(self):
        script = self.path.endswith(".js")
        body = LIBRARY.read_bytes() if script else b"<!doctype html><title>at home</title><script src=io.js></script>"
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if script else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def development_server():
    with ThreadingHTTPServer(("127.0.0.1", 0), DevelopmentServer) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


CONNECT = """([base, path, transport]) => new Promise((resolve) => {
  const socket = io(base, { path, transports: [transport], reconnection: false });
  socket.on("connect", async () => resolve(["connected", await socket.emitWithAck("echo", 7)]));
  socket.on("connect_error", (error) => resolve(["refused", error.context?.responseText ?? error.message]));
})"""


@pytest.mark.parametrize("transport", ["polling", "websocket"])
def test_a_page_of_a_development_server_talks_to_a_program_that_lets_it_in(browser, gunicorn, transport):
    tag = f"home-{transport}"
    with development_server() as port, browser.new_context() as context:
        page = context.new_page()
        page.goto(f"http://localhost:{port}/")
        asked = [gunicorn.base, f"{gunicorn.prefix(tag)}/socket.io", transport]
        assert page.evaluate(CONNECT, asked) == ["connected", {"got": 7}]


@pytest.mark.parametrize("transport", ["polling", "websocket"])
def test_a_page_that_is_not_let_in_can_read_why_and_the_learner_what_to_do(browser, gunicorn, transport):
    tag = f"away-{transport}"
    with development_server() as port, browser.new_context() as context:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        answer = page.evaluate(CONNECT, [gunicorn.base, f"{gunicorn.prefix(tag)}/socket.io", transport])
        # Of a WebSocket's handshake a browser shows nothing to anybody.
        assert answer == ["refused", '"Not an accepted origin."' if transport == "polling" else "websocket error"]
        [mark] = until(lambda: gunicorn.state(tag)["marks"])
        assert mark["kind"] == "refused"
        assert mark["text"] == (
            f"The server answered 400: Not an accepted origin. The page that asked is at http://127.0.0.1:{port}. "
            f"To let it in: cors_allowed_origins='http://127.0.0.1:{port}'"
        )


def test_a_page_of_another_site_reads_nothing_else_of_a_program_but_can_read_why(browser, gunicorn):
    with development_server() as port, browser.new_context() as context:
        page = context.new_page()
        page.goto(f"http://localhost:{port}/")
        address = f"{gunicorn.base}{gunicorn.prefix('curious')}/seen"
        answer = page.evaluate("address => fetch(address).then(async (r) => [r.status, await r.text()])", address)
        assert answer[0] == 403
        assert answer[1].startswith(f"A page at http://localhost:{port} may open Socket.IO connections")
        assert [mark["kind"] for mark in gunicorn.state("curious")["marks"]] == ["refused"]
