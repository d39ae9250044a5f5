"""Which worker a test runs on, where there are several: a file's tests on one, and all that need a browser on the same."""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadScopeScheduling

USES_THE_BROWSER = ("tests/browser/", "tests/sandbox/gateway/test_browser.py")
"""Two browsers beside each other would each wait for the other; and what a file's tests share is made once."""


class OneBrowser(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a worker one file after the other, and everything for the browser as if it were one file."""

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith(USES_THE_BROWSER) else str(nodeid.split("::")[0])


def scheduling(config: Any, log: Any) -> OneBrowser:
    """Return what hands out the tests, in the order in which they were collected: the browser's are the first."""
    config.option.loadscopereorder = False
    return OneBrowser(config, log)
