"""What this package uses of python-socketio that its documentation does not promise. Look here first after an upgrade.

Runs inside the confined child.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from socketio.base_manager import BaseManager
from socketio.manager import Manager

EMITS = (Manager, "emit")
"""``emit(event, data, namespace, room, skip_sid, callback, to)``: every emission of a program goes through it."""
CHANGE_ROOMS = ((BaseManager, "basic_enter_room"), (BaseManager, "basic_leave_room"))
"""A connection, ``join_room``, ``leave_room``, ``close_room`` and a disconnection all go through these two."""


def environ_of(manager: Any, namespace: str, sid: str) -> dict[str, Any]:
    """Return the WSGI environment that a client connected with; {} when it is not known (any more)."""
    return manager.server.get_environ(sid, namespace) or {}


def is_sid(manager: Any, namespace: str, room: Any) -> bool:
    """Return whether a room is the one that a connection has for itself, named after its sid."""
    return bool(manager.is_sid_room(namespace, room))


def rooms_of(manager: BaseManager) -> Iterator[tuple[str, Any, list[str], bool]]:
    """Yield (namespace, room, sids of its members, whether it is one connection's own); room None is everybody.

    Raises:
        RuntimeError, LookupError: they are changing on another thread.
    """
    for namespace, rooms in list(manager.rooms.items()):
        sids = rooms.get(None, {})
        for room, members in list(rooms.items()):
            yield namespace, room, list(members), room in sids
