"""A program's own client code: it runs in the panes as clients A, B and C, and reaches the learner's server alone."""

import re

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.faults import axe_faults
from tests.stage.workbench import ECHO, Workbench

PAGES = ECHO.replace(
    "socketio.run(app)",
    '''@app.route("/")
def home():
    return f"""<!doctype html><title>Home</title><h1>Hello</h1><a href="about">About</a> <a href="/about">Literally</a>
<a href="{url_for("about")}">By its name</a> <link rel="stylesheet" href="/style.css"><p id="told"></p>
<form method="post" action="{url_for("greet")}"><input name="who" aria-label="Who"><button>Greet</button></form>""" + """
<script>
fetch("/time").then((answer) => answer.json()).then(({ now }) => {
  document.getElementById("told").textContent = "It is " + now;
  const made = document.createElement("a");
  made.href = "/about";
  made.textContent = "Made by a script";
  document.body.append(made);
});
document.title = tried(() => document.cookie); function tried(what) { try { return what(); } catch (error) { return error.name; } }</script>"""


@app.route("/about")
def about():
    who = request.args.get("who", "us")
    return f"<h1>About {escape(who)}</h1><p>{request.path}</p>"


@app.route("/style.css")
def style():
    return Response("h1 { color: rgb(1, 2, 3) }", mimetype="text/css")


@app.post("/greet")
def greet():
    return redirect(url_for("about", who=request.form["who"]))


@app.route("/time")
def time():
    return {"now": 7}


socketio.run(app)''',
).replace("import Flask\n", "import Flask, Response, redirect, request, url_for\nfrom markupsafe import escape\n", 1)

CODE = """const socket = io();
socket.on("connect", () => {
  console.log("connected:", socket.connected);
  socket.emit("add", 2, 3, (sum) => console.log("sum", sum));
});
socket.on("shouted", async (text) => {
  const { now } = await (await fetch("/time")).json();
  document.body.append(`${text} at ${now}`);
  if (text === "FAIL") nothing.such;
});
"""

ATTACK = """
const refused = (what) => { try { const got = what(); return got === undefined ? "nothing" : `got ${got}`; } catch (error) { return error.name; } };
const asked = (what) => what.then((answer) => `got ${answer.status ?? answer}`, (error) => error.name);
const socketAt = (address) => new Promise((done) => {
  try {
    const socket = new WebSocket(address);
    socket.onopen = () => done("got a socket");
    socket.onerror = () => done("refused");
  } catch (error) { done(error.name); }
});
const loads = (tag, props) => new Promise((done) => {
  const node = Object.assign(document.createElement(tag), props, { onload: () => done("got it"), onerror: () => done("refused") });
  document.body.append(node);
});
const host = location.host, home = `${location.protocol}//${host}`;
const [, , sandbox] = location.pathname.split("/");
window.seen = (async () => ({
  cookie: refused(() => document.cookie),
  setCookie: refused(() => { document.cookie = "duplex=mine; path=/"; return document.cookie; }),
  local: refused(() => localStorage.length),
  session: refused(() => sessionStorage.length),
  database: refused(() => indexedDB.open("x")),
  caches: refused(() => caches.keys()),
  worker: refused(() => navigator.serviceWorker.register("/sw.js")),
  shared: refused(() => new SharedWorker("/sw.js")),
  parent: refused(() => parent.document.title),
  parentStore: refused(() => parent.localStorage),
  top: refused(() => top.location.href),
  navigate: refused(() => { top.location.href = "/me/"; }),
  navigateParent: refused(() => parent.location.replace("about:blank")),
  opened: refused(() => open("/me/") ? "a window" : undefined),
  named: refused(() => open("/me/", "_top") ? "a window" : undefined),
  dialog: refused(() => confirm("?") ? "a yes" : undefined),
  me: await asked(fetch(`${home}/me/data.json`, { credentials: "include" })),
  delete: await asked(fetch(`${home}/me/delete`, { method: "POST", mode: "no-cors", credentials: "include" })),
  map: await asked(fetch(`${home}/`)),
  beacon: await new Promise((done) => {
    document.addEventListener("securitypolicyviolation", (event) => event.blockedURI.includes("beacon") && done(event.effectiveDirective));
    navigator.sendBeacon(`${home}/me/delete?beacon`, "x");
  }),
  xhr: await new Promise((done) => { const x = new XMLHttpRequest(); x.onload = () => done("got"); x.onerror = () => done("refused"); x.open("GET", `${home}/me/data.json`); x.withCredentials = true; x.send(); }),
  events: await new Promise((done) => { const e = new EventSource(`${home}/me/data.json`); e.onopen = () => done("got"); e.onerror = () => done("refused"); }),
  lesson: await socketAt(`ws://${host}/socket.io/?EIO=4&transport=websocket`),
  polling: await asked(fetch(`${home}/socket.io/?EIO=4&transport=polling`)),
  other: await asked(fetch(`${home}/sandbox/${sandbox}/B/time`)),
  image: await loads("img", { src: `${home}/static/img/icon.svg` }),
  script: await loads("script", { src: `${home}/search.json` }),
  style: await loads("link", { rel: "stylesheet", href: `${home}/glossary.json` }),
  imported: await asked(import(`${home}/static/dist/manifest.json`)),
  own: await asked(fetch("/time")),
}))();
"""

NOTHING = {
    "cookie": "SecurityError",
    "setCookie": "SecurityError",
    "local": "SecurityError",
    "session": "SecurityError",
    "database": "SecurityError",
    "caches": "SecurityError",
    "worker": "SecurityError",
    "shared": "SecurityError",
    "parent": "SecurityError",
    "parentStore": "SecurityError",
    "top": "SecurityError",
    "navigate": "SecurityError",
    "navigateParent": "SecurityError",
    "opened": "nothing",
    "named": "nothing",
    "dialog": "nothing",
    "me": "TypeError",
    "delete": "TypeError",
    "map": "TypeError",
    "beacon": "connect-src",
    "xhr": "refused",
    "events": "refused",
    "lesson": "refused",
    "polling": "TypeError",
    "other": "TypeError",
    "image": "refused",
    "script": "refused",
    "style": "refused",
    "imported": "TypeError",
    "own": "got 200",
}

FORM = """(target) => new Promise((done) => {
  document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective), { once: true });
  if (target) done("sandboxed"); // no other window may be led anywhere, and the browser says so in its console only
  const form = Object.assign(document.createElement("form"), { method: "post", action: "/me/delete", target });
  document.body.append(form);
  form.submit();
})"""


@pytest.fixture
def bench(open_page):
    return Workbench(open_page("/playground/"))


@pytest.fixture
def bench_apart(open_page):
    """For code that may harm more than its own page."""
    return Workbench(open_page("/playground/", afresh=True))


def write_file(bench, name, text):
    bench.page.get_by_role("tab", name=name).click()
    bench.write(text)


def add_code(bench, server, code):
    bench.write(server)
    bench.page.get_by_role("button", name="Add client.js").click()
    write_file(bench, "client.js", code)


def inside(bench, letter):
    """Return the frame of a pane, once its scripts have run."""
    bench.page.locator(f'client-card[data-client="{letter}"] iframe').wait_for(state="attached")
    handle = bench.page.locator(f'client-card[data-client="{letter}"] iframe').element_handle()
    frame = handle.content_frame()
    frame.wait_for_load_state()
    return frame


def test_client_code_and_its_pane_are_one_client(bench, watched):
    watched.expected = ("nothing is not defined",)
    page = bench.page
    add_code(bench, PAGES, CODE)
    bench.start()
    a, b, c = (bench.client(letter) for letter in "ABC")
    for client in (a, b, c):
        client.expect_connected("websocket")
        client.expect_heard("connected: true")
        client.expect_heard("sum 5")
    # What the code sent stands in the wire under the pane's letter, and nobody else is there.
    bench.wire.get_by_label("Show the frames of").select_option("B")
    expect(bench.frame("add 2, 3")).to_have_count(1)
    assert set(bench.wire.get_by_label("Show the frames of").locator("option").all_inner_texts()) == {
        "all clients",
        "A",
        "B",
        "C",
    }
    # The pane's form emits on the very connection that the code has made.
    a.fill("add", "4, 5")
    expect(a.preview).to_have_text('421["add",4,5]')  # the code has used the number 0
    a.emit("add", "4, 5")
    a.expect_heard("ack", "9")
    bench.wire.get_by_label("Show the frames of").select_option("A")
    expect(bench.raw(bench.frame("add 4, 5").first)).to_have_text('421["add",4,5]')
    # By hand again: another connection under the same letter, and no frame.
    b.card.get_by_label("runs client code").uncheck()
    b.expect_connected("websocket")
    expect(b.card.locator("iframe")).to_have_count(0)
    b.emit("shout", '"hi"')
    b.expect_heard("shouted", '"HI"')
    # The code draws, fetches from a route of its own server by a plain path, and the pane shows its page.
    frame = page.frame_locator('client-card[data-client="A"] iframe')
    expect(frame.locator("body")).to_contain_text("HI at 7")
    expect(page.locator('client-card[data-client="A"] .client-page')).to_have_class(re.compile("is-drawn"))
    assert axe_faults(page, "client code", part=".sandbox") == []
    # An error leads to its line.
    b.emit("shout", '"fail"')
    a.expect_heard("ReferenceError: nothing is not defined")
    page.get_by_role("tab", name="server.py").click()
    a.card.get_by_role("button", name="client.js, line 9").click()
    expect(page.get_by_role("tab", name="client.js")).to_have_attribute("aria-selected", "true")
    expect(bench.editor).to_have_attribute("aria-label", re.compile("client.js"))
    # A reload finds everything again.
    bench.expect_saved()
    page.reload()
    c.expect_heard("sum 5")
    bench.button("Stop").click()
    expect(c.state).to_have_text("Disconnected")
    expect(page.locator("client-card iframe")).to_have_count(0)


def test_a_page_of_its_own_and_the_way_back(bench):
    page = bench.page
    page.get_by_role("button", name="Add client.js").click()
    page.get_by_role("button", name="Add index.html").click()
    bench.start()
    frame = page.frame_locator('client-card[data-client="A"] iframe')
    frame.get_by_role("button", name="Shout").click()
    expect(frame.get_by_role("listitem")).to_have_text("HELLO")
    bench.client("C").expect_heard("shouted", '"HELLO"')
    with page.expect_popup() as alone:
        page.locator('client-card[data-client="B"]').get_by_role("link", name="open alone").click()
    expect(alone.value.get_by_role("button", name="Shout")).to_be_visible()
    assert alone.value.evaluate("() => window.origin") == "null"
    # So it can on another device: its ready client leads there, under that device's own tag.
    alone.value.goto(f"{bench.page.url.partition('/playground')[0]}/connect/{alone.value.url.split('/')[4]}")
    alone.value.get_by_role("link", name="client code").click()
    alone.value.get_by_role("button", name="Shout").click()
    bench.wire.get_by_label("Show the frames of").select_option("tab")
    expect(bench.frame("shout").first).to_be_visible()
    alone.value.close()
    page.get_by_role("button", name="Remove client code").click()
    expect(page.get_by_role("tab", name="client.js")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("tab", name="client.js")).to_have_count(1)
    page.get_by_role("button", name="Remove client code").click()
    bench.start()
    bench.client("A").expect_connected()
    expect(page.locator("client-card iframe")).to_have_count(0)
    expect(page.get_by_label("runs client code").first).to_be_hidden()


def test_hostile_client_code_gets_nothing_of_the_course(bench_apart, site, watched):
    bench = bench_apart
    watched.expected = ("",)  # everything that it tries is refused, and the browser says so in its console
    page = bench.page
    add_code(bench, PAGES, ATTACK)
    bench.start()
    bench.expect_saved()
    frame = inside(bench, "A")
    before = page.context.cookies()
    assert frame.evaluate("() => window.seen") == NOTHING
    assert frame.evaluate("() => window.origin") == "null"
    for target, refused_by in {
        "_top": "sandboxed",
        "_parent": "sandboxed",
        "_blank": "sandboxed",
        "": "form-action",
    }.items():
        assert frame.evaluate(FORM, target) == refused_by
    # Words are all that it can send, and they change what its own pane shows: nothing else listens.
    frame.evaluate(
        "() => { for (const data of [null, 7, { duplex: 'run' }, { duplex: 'state', state: 'connected', transport: '<img src=x onerror=alert(1)>' },"
        " { duplex: 'note', text: '<img src=x onerror=alert(1)>' }, { duplex: 'console', level: 'x is-on', text: 'forged' }]) parent.postMessage(data, '*'); }"
    )
    bench.client("A").expect_heard("<img src=x onerror=alert(1)>")
    expect(bench.client("A").state).to_have_text("Connected")
    assert page.locator("client-card img").count() == 0
    # Another window's message, or another frame's, is none of this pane's.
    page.evaluate("() => window.postMessage({ duplex: 'note', text: 'posted by the page' }, '*')")
    inside(bench, "B").evaluate("() => parent.postMessage({ duplex: 'note', text: 'posted by B' }, '*')")
    bench.client("B").expect_heard("posted by B")
    expect(bench.client("A").received.filter(has_text="posted by")).to_have_count(0)
    # A frame may lead itself away. The course refuses to be shown in it, other sites are refused by the course.
    for address in (f"{site.url}/me/", "https://example.com/"):
        inside(bench, "C").evaluate("(address) => { location = address; }", address)
        bench.client("C").disconnect()
        bench.client("C").connect()
    assert page.context.cookies() == before
    assert len(page.context.pages) == 1 and page.url == f"{site.url}/playground/"
    page.reload()
    bench.page.get_by_role("tab", name="client.js").click()
    bench.expect_program(ATTACK)  # nothing was deleted


def test_the_course_itself_does_not_listen_to_an_opaque_origin(site):
    """The second wall, should a browser ever let such a request out."""
    opaque = {"Origin": "null"}
    assert requests.post(f"{site.url}/me/delete", headers=opaque, timeout=10).status_code == 403
    for transport in ("polling", "websocket"):
        answer = requests.get(f"{site.url}/socket.io/?EIO=4&transport={transport}", headers=opaque, timeout=10)
        assert answer.status_code == 403
    for path in ("/me/", "/playground/"):
        policy = requests.get(site.url + path, headers=opaque, timeout=10).headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy


def test_a_loop_without_end_is_not_started_again_by_a_reload(bench_apart):
    bench = bench_apart
    page = bench.page
    add_code(bench, ECHO, "for (;;) {}\n")
    bench.connect_by_hand()
    bench.start()
    bench.client("A").connect()
    expect(bench.client("A").state).to_have_text("No connection yet")  # the page has begun, and comes no further
    bench.expect_saved()
    page.get_by_label("connect after Run").check()
    page.reload()
    bench.client("A").expect_heard("waits for Connect")
    expect(page.locator("client-card iframe")).to_have_count(0)


def test_the_preview_shows_the_servers_own_pages_and_no_others(bench):
    page = bench.page
    bench.connect_by_hand()  # no client is cut off in the middle of its handshake by the second Run
    bench.tab("Preview")
    panel = page.locator("#panel-preview")
    expect(panel).to_contain_text("Run the server first")
    bench.start(PAGES)
    panel.get_by_role("button", name="Show").click()
    frame = page.frame_locator("preview-pane iframe")
    field = panel.get_by_role("textbox")
    for link in ("About", "Literally", "By its name", "Made by a script"):
        frame.get_by_role("link", name=link).click()
        expect(frame.get_by_role("heading")).to_have_text("About us")
        expect(frame.locator("p")).to_have_text("/about")  # what the server sees is what it would see at home
        field.press("Enter")
        expect(frame.locator("#told")).to_have_text("It is 7")
    expect(frame.get_by_role("heading")).to_have_css("color", "rgb(1, 2, 3)")
    frame.get_by_role("textbox").fill("Ada")
    frame.get_by_role("button", name="Greet").click()
    expect(frame.get_by_role("heading")).to_have_text("About Ada")
    field.fill("http://localhost:5000/time")
    field.press("Enter")
    expect(frame.locator("body")).to_contain_text('"now":7')
    expect(field).to_have_value("/time")
    assert axe_faults(page, "preview", part=".sandbox") == []
    field.fill("https://example.com")
    field.press("Enter")
    expect(panel.locator(".field-error")).to_contain_text("your own server only")
    expect(page.locator("preview-pane iframe")).to_have_attribute("sandbox", "allow-scripts allow-forms")
    bench.start(PAGES.replace('{"now": 7}', '{"now": 8}'))
    expect(frame.locator("body")).to_contain_text('"now":8')
    field.fill("/")
    field.press("Enter")
    expect(frame.get_by_role("heading")).to_have_text("Hello")
    opaque = page.locator("preview-pane iframe").element_handle().content_frame()
    assert opaque.evaluate("() => [document.title, window.origin]") == ["SecurityError", "null"]


def test_the_lessons_own_client_code_does_what_its_text_says(open_page):
    bench = Workbench(open_page("/lessons/setting-up-flask-socketio/"))
    bench.page.locator('example-card[data-example="from_a_page"]').get_by_role("button", name="Run this").click()
    for letter in "ABC":
        bench.client(letter).expect_connected("websocket")
        bench.client(letter).expect_heard("answer: Hello, number")


@pytest.mark.parametrize("kit", ["react", "vue"])
def test_a_component_comes_goes_and_comes_back(open_page, kit):
    bench = Workbench(open_page(f"/lessons/{kit}-client/"))
    bench.page.locator("example-card").get_by_role("button", name="Run this").click()
    a = bench.client("A")
    a.expect_connected("websocket")
    frame = bench.page.frame_locator('client-card[data-client="A"] iframe')
    expect(frame.get_by_role("listitem").nth(1)).to_be_visible()
    frame.get_by_role("button", name="Hide the clock").click()
    expect(a.state).to_have_text("Disconnected")
    expect(bench.log).to_contain_text("somebody has left")
    frame.get_by_role("button", name="Show the clock").click()
    a.expect_connected("websocket")
    expect(frame.get_by_role("listitem").first).to_be_visible()
