"""How many cases a random test tries: a seeded few in every run, twenty times as many in `make fuzz`."""

from __future__ import annotations

import os

import hypothesis

FUZZ = bool(os.environ.get("FUZZ"))


def cases(each_run: int) -> int:
    """Return how many cases to try where every run tries `each_run` of them."""
    return 20 * each_run if FUZZ else each_run


def choose_profile() -> None:
    """Seed random tests, except in `make fuzz`. No test has a deadline: a busy machine would exceed it."""
    hypothesis.settings.register_profile("every run", deadline=None, derandomize=True)
    hypothesis.settings.register_profile("fuzz", deadline=None, max_examples=cases(100))
    hypothesis.settings.load_profile("fuzz" if FUZZ else "every run")
