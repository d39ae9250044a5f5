"""What a lesson page weighs, compressed, against its totals; and how long the server takes for it."""

from __future__ import annotations

import json
import re
import statistics
import time
from collections.abc import Iterable
from pathlib import Path

import requests

from tests.stage.running_site import RunningSite

DIST = Path(__file__).parent.parent / "static" / "dist"
KB = 1024
AT_ONCE_KB = 80
"""What may have to be there before a page can be used."""
ASKED_FOR_KB = 260
"""What a page may ask for in all."""
AT_ONCE = ("HTML", "CSS", "app JS")
STATIC_IMPORT = re.compile(r'(?:from|import)"\./([\w-]+\.js)"')


def built_sizes() -> dict[str, float]:
    """Return KB by kind, as Brotli (fonts as they are); what a file imports at once counts with it."""
    manifest = json.loads((DIST / "manifest.json").read_text())
    app = {*with_imports(manifest["app.js"]), manifest["theme.js"]}
    fonts = [file for file in manifest.values() if file.endswith(".woff2")]
    return {
        "CSS": compressed([manifest["app.css"]]),
        "app JS": compressed(app),
        "editor JS (lazy)": compressed(with_imports(manifest["editor.js"]) - app),
        "fonts": sum((DIST / file).stat().st_size for file in fonts) / KB,
    }


def with_imports(file: str) -> set[str]:
    """Return a built script and all it imports statically."""
    found = {file}
    for imported in STATIC_IMPORT.findall((DIST / file).read_text()):
        found |= with_imports(imported)
    return found


def compressed(files: Iterable[str]) -> float:
    """Return the KB of files as Brotli."""
    return sum((DIST / f"{file}.br").stat().st_size for file in files) / KB


def html_size(browser: requests.Session, address: str) -> float:
    """Return the KB of a page as it is sent to a browser that reads Brotli."""
    answer = browser.get(address, headers={"Accept-Encoding": "br"}, stream=True)
    assert answer.headers["Content-Encoding"] == "br", address
    return len(answer.raw.read(decode_content=False)) / KB


def lesson_paths(browser: requests.Session, site: RunningSite) -> set[str]:
    """Return the addresses of the lessons that the map leads to."""
    return set(re.findall(r'href="(/lessons/[\w-]+/)"', browser.get(f"{site.url}/").text))


def page_figures(site: RunningSite) -> None:
    """Print bytes by kind, their totals against what these may be, and the server's time."""
    browser = requests.Session()
    address = f"{site.url}/lessons/listening-to-events/"
    sizes = {"HTML": html_size(browser, address), **built_sizes()}
    for kind, size in sizes.items():
        print(f"{f'Lesson page: {kind}':<44}{size:>10.1f} KB")
    at_once, in_all = sum(sizes[kind] for kind in AT_ONCE), sum(sizes.values())
    _show("Lesson page: before it can be used", at_once, AT_ONCE_KB)
    _show("Lesson page: in all", in_all, ASKED_FOR_KB)
    more = max(html_size(browser, f"{site.url}{path}") for path in lesson_paths(browser, site)) - sizes["HTML"]
    _show("Longest lesson: before it can be used", at_once + more, AT_ONCE_KB)
    _show("Longest lesson: in all", in_all + more, ASKED_FOR_KB)
    times = []
    for _ in range(30):
        before = time.perf_counter()
        browser.get(address)
        times.append(time.perf_counter() - before)
    print(f"{'Lesson page: server time, with the request':<44}{statistics.median(times) * 1000:>10.1f} ms")


def _show(name: str, size: float, goal: int) -> None:
    print(f"{name:<44}{size:>10.1f} KB   goal <= {goal}   {'held' if size <= goal else 'MISSED'}")
