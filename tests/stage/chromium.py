"""Where Chromium is, and how it is started for tests: no traffic of its own, and as root where CI is root."""

import os
import shutil

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = not CHROMIUM and not os.environ.get("REQUIRE_BROWSER")
WHY_SKIPPED = "no Chromium here (install the package `chromium`; REQUIRE_BROWSER=1 makes this a failure)"

PATIENCE_MS = 60_000
"""How long a page may take for what a quiet machine does within ten seconds; success never waits that long."""
