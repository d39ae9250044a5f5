"""What this package uses of python-engineio that its documentation does not promise. Look here first after an upgrade.

Standard library only. Runs inside the confined child.
"""

from __future__ import annotations

from course.sandbox.learner.tracebacks import local_in


def asked_async_mode(error: BaseException) -> str:
    """Return the async mode that a server was to be made with: the local variable of that name in its `__init__`.

    The library's own message says only that it is invalid, and not which one it is.
    """
    return str(local_in(error, "engineio", "__init__", "async_mode"))
