"""What a lesson page weighs, compressed, against the budgets; and how long the server takes for it."""

from __future__ import annotations

import gzip
import json
import statistics
import time
from pathlib import Path

import requests

from tests.running_site import RunningSite

DIST = Path(__file__).parent.parent / "static" / "dist"
KB = 1024
BUDGETS = {"HTML": 15, "CSS": 12, "app JS": 32, "editor JS (lazy)": 145, "fonts": 55}


def built_sizes() -> dict[str, float]:
    """Return KB by kind, as Brotli (fonts as they are)."""
    manifest = json.loads((DIST / "manifest.json").read_text())
    kinds = {"CSS": 0.0, "app JS": 0.0, "editor JS (lazy)": 0.0, "fonts": 0.0}
    for name, file in manifest.items():
        size = lambda suffix: (DIST / (file + suffix)).stat().st_size / KB  # noqa: E731
        if name.endswith(".woff2"):
            kinds["fonts"] += size("")
        elif name == "app.css":
            kinds["CSS"] += size(".br")
        elif name in ("app.js", "theme.js"):
            kinds["app JS"] += size(".br")
        elif name.startswith("editor") and name.endswith(".js"):
            kinds["editor JS (lazy)"] += size(".br")
    return kinds


def page_figures(site: RunningSite) -> None:
    """Print bytes by kind against their budgets, and the server's time."""
    browser = requests.Session()
    address = f"{site.url}/lessons/listening-to-events/"
    html = browser.get(address).content
    sizes = {"HTML": len(gzip.compress(html)) / KB, **built_sizes()}
    for kind, size in sizes.items():
        budget = BUDGETS[kind]
        print(f"{'Lesson page: ' + kind:<44}{size:>10.1f} KB   goal <= {budget}   {'held' if size <= budget else 'MISSED'}")
    times = []
    for _ in range(30):
        before = time.perf_counter()
        browser.get(address)
        times.append(time.perf_counter() - before)
    print(f"{'Lesson page: server time, with the request':<44}{statistics.median(times) * 1000:>10.1f} ms")
