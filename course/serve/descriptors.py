"""How many files and sockets this process may have open: as many as the machine lets it."""

from __future__ import annotations

import resource

DESCRIPTORS_AT_MOST = 65_536
"""Some machines allow a thousand million; what walks through all possible ones would never end."""


def raise_descriptors() -> int:
    """Raise the soft limit as far as it goes without rights, and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS_AT_MOST if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS_AT_MOST)
    if soft != resource.RLIM_INFINITY and soft >= wanted:
        return soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):  # macOS has a lower bound of its own
        return soft if soft != resource.RLIM_INFINITY else DESCRIPTORS_AT_MOST
    return wanted
