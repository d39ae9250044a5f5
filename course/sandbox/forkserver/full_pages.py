"""Fills the holes in the fork server's memory, so that a child's new objects lie together.

Python keeps small objects by size, in pools, and importing leaves holes in many of them. A child that filled those
would copy a page for each: 0.5 MB. Standard library only.
"""

from __future__ import annotations

from typing import Final

_SIZES: Final = range(48, 513, 16)
"""Bytes of one object, as Python's own allocator rounds them: above 512 it is the system's."""
_EACH: Final = 600
_HEADER: Final = b"".__sizeof__()


def fill_holes() -> list[bytes]:
    """Return objects of every size; while they are kept, new ones get pages of their own."""
    return [bytes(size - _HEADER - 8) for size in _SIZES for _ in range(_EACH)]
