"""Runs a scenario's player in a process of its own: its clients need the threads of the standard library."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from course.authoring.delivery_player import NotPlayed
from course.config import ROOT


def played(module: str, wish: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """Hand a request to the module's process and return its answer.

    Args:
        module: the player, as ``python -m`` knows it.
        wish: what it reads.
        seconds: after this time its clients count as stuck.

    Raises:
        NotPlayed: the scenario could not be played.
    """
    try:
        done = subprocess.run(  # noqa: S603  # our own module
            [sys.executable, "-m", module],
            input=json.dumps(wish),
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise NotPlayed(f"The clients are stuck: it takes longer than {seconds:.0f} s.") from late
    if done.returncode != 0:
        raise NotPlayed(f"The clients broke: {done.stderr.strip().splitlines()[-1:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    if "reason" in answer:
        raise NotPlayed(answer["reason"])
    return answer
