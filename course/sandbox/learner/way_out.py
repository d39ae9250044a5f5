"""The network as a program sees it: a machine named "sandbox", alone. A refusal to reach another one gets words.

Put in place once, before the fork. Runs inside the child.
"""

from __future__ import annotations

import functools
import os
import platform
import socket
from collections.abc import Callable
from types import ModuleType
from typing import Any

from course.sandbox.learner.refusals import NO_WAY_OUT, in_words

NAME = "sandbox"
HERE = "127.0.0.1"
_LOOK_UPS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr")


def install(*others: ModuleType) -> None:
    """Put the words in place; `others` are modules with sockets of their own, such as gevent's. In the fork server."""
    _take_a_name()
    for module in (socket, *others):
        for name in _LOOK_UPS:
            setattr(module, name, _looking_up(getattr(module, name)))
        setattr(module, "gethostname", lambda: NAME)  # noqa: B010  (the module may be gevent's)
        kind: Any = module.socket
        kind.__init__ = _making(kind.__init__)


def _take_a_name() -> None:
    """Tell no program what the site's machine is called, or which kernel it has; the call itself is refused."""
    told = os.uname()
    own = os.uname_result((told.sysname, NAME, "", "", told.machine))
    os.uname = lambda: own
    platform.__dict__["_uname_cache"] = None  # it has been asked before, and remembers the answer
    platform.uname()


def _looking_up(real: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(real)
    def looked_up(*args: Any, **named: Any) -> Any:
        if real.__name__ == "gethostbyname" and args and args[0] in (NAME, "localhost"):
            return HERE  # what programs print as their own address
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
