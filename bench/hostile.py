"""`python -m bench.hostile [KIND…]`: what one hostile learner costs ten good ones, in turns without and with.

The site is the production one, under gunicorn, behind what counts as one proxy: everybody has an address of their own.
The hostile learner is a process of its own on the same machine, so what its client computes is taken from everybody,
too; its processor time is printed beside the site's.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.crowd import quantile
from bench.good_learners import TIMED, Samples, learning
from bench.hostile_learner import KINDS
from tests.stage.running_site import GUNICORN, RunningSite

GOALS = {"page": 1.5, "acknowledgement": 1.5, "run": 2.0, "check": 2.0}
"""How many times as long the 95th of a hundred may take beside a hostile learner."""
WITHOUT, WITH = "without", "with"
SETTLE_SECONDS = 0.5
REST_SECONDS = 2.0
"""After the hostile learner has come, and has gone: nothing that begins then counts."""
PARTS = ("site", "sandboxes", "checks")


def main() -> None:
    """Measure each kind of harm, and print a table."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.hostile", description="One hostile learner beside ten good ones."
    )
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(KINDS)}; all by default")
    parser.add_argument("--turns", type=int, default=6, help="of each kind, without and with by turns (6)")
    parser.add_argument("--seconds", type=float, default=8.5, help="of each turn (8.5)")
    asked = parser.parse_args()
    if unknown := set(asked.kinds) - set(KINDS):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="duplex-bench-") as folder:
        production = {"PRODUCTION": "1", "SECRET_KEY": secrets.token_hex(), "TRUSTED_PROXIES": "1", "TMPDIR": folder}
        site = RunningSite(Path(folder, "site"), GUNICORN, **production).start()
        try:
            for kind in asked.kinds or KINDS:
                measure(site, kind, asked.turns, asked.seconds)
                sys.stdout.flush()
            print(site.errors() or "No error is in the site's log.")
        finally:
            site.stop()


def measure(site: RunningSite, kind: str, turns: int, seconds: float) -> None:
    """Let the good ones learn, without and with the hostile one by turns; print what was seen."""
    spent: dict[str, list[dict[str, float]]] = defaultdict(list)
    with hostile(kind, site.url) as (tell, process), learning(site.url) as samples:
        time.sleep(seconds)  # programs and graders warm up
        for number in range(turns):
            turn = WITH if number % 2 else WITHOUT
            if turn == WITH:
                tell("on")
            time.sleep(SETTLE_SECONDS if turn == WITH else REST_SECONDS)
            before, begun = processor_seconds(site, process), time.monotonic()
            samples.turn = turn
            time.sleep(seconds)
            samples.turn = ""
            took, after = time.monotonic() - begun, processor_seconds(site, process)
            spent[turn].append({part: (after[part] - before[part]) / took for part in after})
            if turn == WITH:
                tell("off")
    show(kind, samples, spent)


@contextmanager
def hostile(kind: str, url: str) -> Iterator[tuple[Callable[[str], None], psutil.Process]]:
    """Start the hostile learner; yield how it is told to begin and to end, and its process."""
    command = [sys.executable, "-m", "bench.hostile_learner", kind, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        told, answers = process.stdin, process.stdout
        assert told is not None and answers is not None

        def tell(word: str) -> None:
            print(word, file=told, flush=True)
            assert answers.readline().strip() == "done", "the hostile learner has ended"

        try:
            yield tell, psutil.Process(process.pid)
        finally:
            process.kill()


def processor_seconds(site: RunningSite, hostile_learner: psutil.Process) -> dict[str, float]:
    """Return what each part of the site has computed so far, ended children included, and the hostile client."""
    spent = dict.fromkeys(PARTS, 0.0)
    master = psutil.Process(site.pid)
    for process in [master, *master.children(recursive=True)]:
        try:
            times, line = process.cpu_times(), process.cmdline()
        except psutil.NoSuchProcess:
            continue
        module = next((word for word in line if word.startswith("course.")), "")
        part = {"course.sandbox": "sandboxes", "course.grading": "checks"}.get(".".join(module.split(".")[:2]), "site")
        spent[part] += times.user + times.system
        if part != "site":  # fork servers, and the grader, whose children come and go
            spent[part] += times.children_user + times.children_system
    times = hostile_learner.cpu_times()
    return {**spent, "its own client": times.user + times.system}


def show(kind: str, samples: Samples, spent: dict[str, list[dict[str, float]]]) -> None:
    """Print the rows of one kind."""
    print(f"\n{kind:<18}{'p50':>16}{'p95':>18}{'samples':>14}")
    for what in TIMED:
        without, beside = samples.took[what, WITHOUT], samples.took[what, WITH]
        if not without or not beside:
            print(f"  {what:<16}  nothing was answered{'':>20}{len(without):>6}{len(beside):>6}   MISSED")
            continue
        ratio = quantile(beside, 0.95) / quantile(without, 0.95)
        print(
            f"  {what:<16}{pair(statistics.median(without), statistics.median(beside))}"
            f"{pair(quantile(without, 0.95), quantile(beside, 0.95))} ms{len(without):>6}{len(beside):>6}"
            f"{ratio:>8.2f} x   goal <= {GOALS[what]}   {'held' if ratio <= GOALS[what] else 'MISSED'}"
        )
    print(f"  {'refused':<16}{len(samples.failed[WITHOUT]):>7} →{len(samples.failed[WITH]):>6}", end="   ")
    print("goal 0   held" if not samples.failed[WITH] else "goal 0   MISSED")
    for words in {*samples.failed[WITHOUT][:3], *samples.failed[WITH][:6], *samples.failed[""][:2]}:
        print(f"    {words[:300]}")
    parts = {part: [mean(spent[turn], part) for turn in (WITHOUT, WITH)] for part in (*PARTS, "its own client")}
    print("  processor s/s   ", ", ".join(f"{part} {one:.2f} → {two:.2f}" for part, (one, two) in parts.items()))


def mean(turns: Sequence[dict[str, float]], part: str) -> float:
    """Return what a part computed in a second, over all turns of a way."""
    return statistics.fmean(turn[part] for turn in turns)


def pair(without: float, beside: float) -> str:
    """Return two figures of milliseconds."""
    return f"{without * 1000:>8.0f} →{beside * 1000:>6.0f}"


if __name__ == "__main__":
    main()
