"""Attempts to reach another machine, whose refusal gets words: the bare ones tell of name servers and permissions.

Put in place once, before the fork. Runs inside the child.
"""

from __future__ import annotations

import functools
import socket
from collections.abc import Callable
from types import ModuleType
from typing import Any

from course.sandbox.learner.refusals import NO_WAY_OUT, in_words

_LOOK_UPS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr")


def install(*others: ModuleType) -> None:
    """Put the words in place; `others` are modules with sockets of their own, such as gevent's. In the fork server."""
    for module in (socket, *others):
        for name in _LOOK_UPS:
            setattr(module, name, _looking_up(getattr(module, name)))
        kind: Any = module.socket
        kind.__init__ = _making(kind.__init__)


def _looking_up(real: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(real)
    def looked_up(*args: Any, **named: Any) -> Any:
        try:
            return real(*args, **named)
        except (socket.gaierror, socket.herror) as error:
            raise type(error)(error.errno, NO_WAY_OUT) from None

    return looked_up


def _making(real: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(real)
    def made(self: Any, *args: Any, **named: Any) -> None:
        try:
            real(self, *args, **named)
        except OSError as error:
            raise in_words(error, NO_WAY_OUT) from None

    return made
