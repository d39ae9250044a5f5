"""A learner's own HTML comes from the course's host, and still it is no part of the course."""

import json

from playwright.sync_api import expect

from tests.stage.workbench import LESSON, Workbench

HOSTILE = '''from flask import Flask, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
PAGE = """<!doctype html><title>Win a prize</title>
<form id="delete" method="post" action="/me/delete"></form>
<script>
const asked = (what) => what.then(() => "reached", (error) => error.name);
const tried = (what) => { try { return String(what()); } catch (error) { return error.name; } };
window.seen = (async () => ({
  cookie: tried(() => document.cookie),
  storage: tried(() => localStorage.length),
  worker: tried(() => navigator.serviceWorker.register("sw.js")),
  map: await asked(fetch("/")),
  data: await asked(fetch("/me/data.json", { credentials: "include" })),
  post: await asked(fetch("/lessons/listening-to-events/questions/one-or-many", { method: "POST", mode: "no-cors", credentials: "include", body: "choice=x" })),
  own: await asked(fetch("ping")),
  parent: tried(() => parent === self ? "none" : parent.document.title),
  opener: tried(() => opener ? "reached" : "none"),
  popup: tried(() => open("/me/") ? "opened" : "refused"),
}))();
</script>"""


@app.route("/prize")
def prize():
    return PAGE, {"Set-Cookie": "duplex=stolen; Path=/", "Content-Security-Policy": "default-src *"}


@app.route("/ping")
def ping():
    return {"cookie": request.headers.get("Cookie", "")}


socketio.run(app)
'''
NOTHING = {
    "cookie": "SecurityError",
    "storage": "SecurityError",
    "worker": "SecurityError",
    "map": "TypeError",
    "data": "TypeError",
    "post": "TypeError",
    "own": "reached",
    "parent": "none",
    "opener": "none",
    "popup": "refused",
}


def test_a_hostile_page_of_a_learner_gets_nothing_of_the_course(open_page, site):
    bench = Workbench(open_page(LESSON, afresh=True))
    page = bench.page
    question = page.locator("#question-one-or-many")
    question.get_by_role("radio", name="As many").check()
    question.get_by_role("button", name="Commit").click()
    expect(question.locator(".verdict")).to_have_text("Right.")
    bench.start(HOSTILE)
    bench.expect_saved()
    page.get_by_role("button", name="Phone or terminal").click()
    address = page.get_by_role("dialog").locator("code.pre").first.inner_text()
    prize = f"{address}A/prize"
    before = page.context.cookies()

    # Not watched: everything that this page tries is refused, and the browser says so in its console.
    victim = page.context.new_page()
    answer = victim.goto(prize)
    policy = answer.all_headers()["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts allow-forms;") and "allow-same-origin" not in policy
    assert victim.evaluate("() => window.seen") == NOTHING
    # The program's own cookie comes back to it out of the gateway's jar; the course's never arrives.
    assert json.loads(victim.evaluate("async () => (await fetch('ping')).text()")) == {"cookie": "duplex=stolen"}
    refused = victim.evaluate(
        "() => new Promise((done) => {"
        " document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));"
        " document.getElementById('delete').submit(); })"
    )
    assert (refused, victim.url) == ("form-action", prize)
    assert page.context.cookies() == before

    # Framed by a course page, which is the one way to have a parent, it can neither read nor navigate it.
    host = page.context.new_page()
    host.goto(site.url)
    host.evaluate(
        "(address) => { const frame = document.createElement('iframe'); frame.name = 'prize'; frame.src = address;"
        " document.body.append(frame); }",
        prize,
    )
    host.frame_locator("iframe[name=prize]").locator("#delete").wait_for(state="attached")
    inside = host.frame("prize")
    assert inside.evaluate("() => window.seen") == {**NOTHING, "parent": "SecurityError"}
    for act in ("top.location = '/me/'", "parent.location.href = 'about:blank'"):
        assert (
            inside.evaluate(f"() => {{ try {{ {act}; return 'went'; }} catch (error) {{ return error.name; }} }}")
            == "SecurityError"
        )
    assert host.url == f"{site.url}/"

    page.reload()
    expect(question.locator(".verdict")).to_have_text("Right.")  # nothing was deleted
    bench.expect_program(HOSTILE)
