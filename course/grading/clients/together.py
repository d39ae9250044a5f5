"""Several things done at the same moment, as several users would."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Call every function on a thread of its own, all at once; return their results in the order given.

    All are waited for; when some raise, the first exception in that order is raised here.
    """
    results: list[Any] = [None] * len(acts)
    raised: list[BaseException | None] = [None] * len(acts)
    start = threading.Barrier(len(acts) or 1)

    def do(number: int, act: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[number] = act()
        except BaseException as error:
            raised[number] = error

    threads = [threading.Thread(target=do, args=numbered, daemon=True) for numbered in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in raised:
        if error:
            raise error
    return results
