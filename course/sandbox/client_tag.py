"""How a learner's server knows which client it serves: by the tag in the client's address.

The gateway sends the tag in a header of its own. The prepared server moves it out of the request's headers before the
program sees them: at home there is no such header. Standard library only: the fork server imports it.
"""

from __future__ import annotations

import re
from typing import Any

from course.server_request import TAG

CLIENT_TAG = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,15}")
ENVIRON = "duplex.client"
"""Where the tag stands in a request's WSGI environment, beside what the server puts there (``werkzeug.socket``…)."""

MEASURING = "probe-"
"""Clients whose tag begins like this only measure, many times a second: they would push everybody else out of sight."""

_AS_HEADER = f"HTTP_{TAG.upper().replace('-', '_')}"


def take_tag(environ: dict[str, Any]) -> dict[str, Any]:
    """Move the tag out of the request's headers, and return `environ`."""
    tag = environ.pop(_AS_HEADER, None)
    if tag:
        environ[ENVIRON] = tag
    return environ
