"""Programs under a host of their own (SANDBOX_HOST): for a browser another origin than the course, where all works as before."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import expect

from tests.stage.running_site import RunningSite
from tests.stage.workbench import ECHO, Workbench

PAGE = '@app.get("/")\ndef home():\n    return "<h1>At home</h1>"\n\n\nsocketio.run(app)\n'
CODE = 'const socket = io();\nsocket.on("connect", () => socket.emit("add", 2, 3, (sum) => console.log("sum", sum)));\n'


@pytest.fixture(scope="module")
def two_hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    running = RunningSite(tmp_path_factory.mktemp("hosts") / "instance")
    running.environment |= {"COURSE_URL": running.url, "SANDBOX_HOST": f"localhost:{running.port}"}
    yield running.start()
    running.stop()


@pytest.fixture
def bench(open_page, two_hosts: RunningSite) -> Workbench:
    return Workbench(open_page("/playground/", on=two_hosts))


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_clients_reach_their_program_there_and_nowhere_else(bench, two_hosts: RunningSite, transport: str):
    asked: list[str] = []
    bench.page.on("request", lambda request: asked.append(request.url))
    bench.page.on("websocket", lambda opened: asked.append(opened.url))
    bench.connect_by_hand()
    bench.start(ECHO)
    client = bench.client("A")
    client.settings().get_by_label("Transport").select_option(transport)
    client.connect()
    client.expect_connected(transport)
    client.emit("add", "2, 3")
    client.expect_heard("ack", "5")
    expect(bench.frame("add 2, 3")).to_be_visible()
    hosts = {urlsplit(address).netloc for address in asked if "/sandbox/" in address}
    assert hosts == {f"localhost:{two_hosts.port}"}
    elsewhere = next(address for address in asked if "/sandbox/" in address).replace("ws", "http", 1)
    assert requests.get(elsewhere.replace("localhost", "127.0.0.1"), timeout=10).status_code == 404


def test_pages_and_client_code_have_that_origin_and_no_cookie_of_the_course(bench, two_hosts: RunningSite):
    page = bench.page
    bench.write(ECHO.replace("socketio.run(app)\n", PAGE))
    page.get_by_role("button", name="Add client.js").click()
    page.get_by_role("tab", name="client.js").click()
    bench.write(CODE)
    bench.start()
    bench.client("B").expect_heard("sum 5")
    bench.tab("Preview")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.frame_locator("preview-pane iframe").get_by_role("heading", name="At home")).to_be_visible()
    assert page.context.cookies(two_hosts.url) != []
    assert page.context.cookies(f"http://localhost:{two_hosts.port}") == []


def test_another_tab_joins_from_that_address_on_a_page_of_the_course(bench, two_hosts: RunningSite):
    bench.start(ECHO)
    bench.page.get_by_role("button", name="Phone or terminal").click()
    address = bench.page.locator("dialog.share code.pre").first.inner_text()
    assert urlsplit(address).netloc == f"localhost:{two_hosts.port}"
    tab = bench.page.context.new_page()
    tab.goto(address)
    assert tab.url.startswith(f"{two_hosts.url}/connect/")
    expect(tab.locator("client-card")).to_contain_text("Connected · websocket")


def test_nothing_of_the_course_is_served_there(two_hosts: RunningSite):
    for path in (
        "/",
        "/lessons/listening-to-events/",
        "/healthz",
        "/socket.io/?EIO=4&transport=polling",
        "/static/js/entries/app.js",
    ):
        answer = requests.get(f"http://localhost:{two_hosts.port}{path}", timeout=10)
        assert answer.status_code == 404
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
