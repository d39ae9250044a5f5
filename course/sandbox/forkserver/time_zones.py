"""The machine's time zones, read before the lock: a child can open none of their files. Standard library only."""

from __future__ import annotations

import io
import os
import zoneinfo
from contextlib import suppress
from typing import Any


def keep_in_memory() -> None:
    """Read all zones, and let `zoneinfo` find them here. Once, in the fork server."""
    zones: dict[str, bytes] = {}
    for key in sorted(zoneinfo.available_timezones()):
        for folder in zoneinfo.TZPATH:
            with suppress(OSError), open(os.path.join(folder, key), "rb") as file:
                zones.setdefault(key, file.read())
    if not zones:
        return  # this machine has none, or a package that Python imports them from

    def load(key: str) -> io.BytesIO:
        if key not in zones:
            raise zoneinfo.ZoneInfoNotFoundError(f"No time zone found with key {key}")
        return io.BytesIO(zones[key])

    zoneinfo.reset_tzpath(to=())  # no folder is looked into; what remains is this, where a package would be asked
    common: Any = zoneinfo._common
    common.load_tzdata = load
    zoneinfo.available_timezones = lambda: set(zones)
