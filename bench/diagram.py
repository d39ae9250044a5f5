"""The sequence diagram under load: 2,000 events in ten seconds through three panes of a real page."""

from __future__ import annotations

from playwright.sync_api import sync_playwright

from tests.stage.chromium import ARGUMENTS, CHROMIUM
from tests.stage.running_site import RunningSite
from tests.stage.workbench import Workbench

EVENTS = 2000
SECONDS = 10
PROGRAM = """
from flask import Flask
from flask_socketio import SocketIO, emit
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

@socketio.on("shout")
def shout(number):
    emit("shouted", number, broadcast=True)

socketio.run(app)
"""
WATCH = """
() => {
  window.__longest = 0;
  window.__tasks = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      window.__longest = Math.max(window.__longest, duration);
      window.__tasks += 1;
    }
  }).observe({ type: "longtask" });
}
"""
SHOUT = """
([events, seconds]) => new Promise((done) => {
  const cards = ["A", "B", "C"].map((tag) => document.querySelector(`[data-client=${tag}]`).link);
  const begun = performance.now();
  let sent = 0;
  let nodes = 0;
  const turn = () => {
    const due = Math.min(events, Math.floor((performance.now() - begun) / 1000 / seconds * events));
    for (; sent < due; sent += 1) cards[sent % 3].socket.emit("shout", sent);
    nodes = Math.max(nodes, document.querySelectorAll("#panel-diagram *").length);
    if (sent < events) setTimeout(turn, 10);
    else done({ nodes, took: performance.now() - begun });
  };
  turn();
})
"""

SETTLED = """
() => {
  const { rows } = document.querySelector("sequence-diagram").trace;
  const end = rows.at(-1)?.time;
  if (end !== window.__end) [window.__end, window.__since] = [end, performance.now()];
  return performance.now() - window.__since > 1000;
}
"""


def diagram_figures(site: RunningSite) -> list[tuple[str, float, str, float | None]]:
    """Return (name, value, unit, goal) of the longest task, the nodes and the memory, with the log's tab as peer."""
    took, longest, tasks, nodes, memory = measure(site, "Diagram")
    _, peer_longest, peer_tasks, _, _ = measure(site, "Server log")
    return [
        (f"Diagram, {EVENTS} events in {took:.1f} s: longest task", longest, "ms", 100),
        ("  the same page with the log in sight", peer_longest, "ms", None),
        ("  tasks over 50 ms", tasks, "", None),
        ("  the same with the log in sight", peer_tasks, "", None),
        ("  nodes at most", nodes, "", 1000),
        ("  memory more than before", memory, "MB", 20),
    ]


def measure(site: RunningSite, tab: str) -> tuple[float, float, float, float, float]:
    """Return seconds, longest task (ms), tasks over 50 ms, nodes and MB, with that tab of the panel in sight."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.goto(f"{site.url}/playground/")
        bench = Workbench(page)
        bench.start(PROGRAM)
        for letter in "ABC":
            bench.client(letter).expect_connected("websocket")
        bench.tab("Diagram")
        page.locator("#panel-diagram g.seq-entry").first.wait_for()
        bench.tab(tab)
        tools = page.context.new_cdp_session(page)
        before = heap(tools)
        page.evaluate(WATCH)
        told = page.evaluate(SHOUT, [EVENTS, SECONDS])
        page.wait_for_function(SETTLED, polling=100, timeout=180_000)
        after = heap(tools)
        longest, tasks = page.evaluate("() => [window.__longest, window.__tasks]")
        browser.close()
    return told["took"] / 1000, longest, tasks, told["nodes"], after - before


def heap(tools: object) -> float:
    """Return the MB of JavaScript values that are in use, after a collection."""
    tools.send("HeapProfiler.collectGarbage")  # type: ignore[attr-defined]
    return float(tools.send("Runtime.getHeapUsage")["usedSize"]) / 1024 / 1024  # type: ignore[attr-defined]
