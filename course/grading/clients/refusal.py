"""What happened to a request to connect that was not accepted, and the sentences that tell the reasons apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from course.grading.clients.checked_server import CheckedServer
from course.grading.clients.evidence import Received
from course.grading.failures import REPORT_SECONDS, CheckFailed, Pointer, show


@dataclass(frozen=True)
class Refusal:
    """A client that was not accepted. See `Server.refused` and `Server.tries`."""

    name: str
    answered: bool
    """False when the server said neither yes nor no: its connect handler raised or hangs."""
    message: str | None
    """The text that the client reads; None when there is none."""
    data: Any
    """The data that came with the text, or None."""
    status: int | None
    """The HTTP status when the handshake itself was refused, before Socket.IO was involved; None otherwise."""
    heard: list[Received]
    """Events that reached the client nevertheless, oldest first."""

    def pointer(self) -> Pointer:
        """Return its place in the picture, real or missing: a server that refuses by its status sends no frame."""
        passed = self.answered and self.status is None
        return Pointer("wrong" if passed else "missing", self.name, what="connection")

    def __str__(self) -> str:
        if not self.answered:
            return "neither a yes nor a no"
        what = f"refused with status {self.status}" if self.status else "refused"
        shown = "" if self.message is None else f": {show(self.message)}"
        return what + shown + ("" if self.data is None else f" and {show(self.data)}")


def refusal(
    name: str, *, http: tuple[int, str] | None, connect_error: tuple[Any] | None, heard: list[Received]
) -> Refusal:
    """Return how a connection was refused.

    Args:
        name: the client's.
        http: status and body, when the handshake was answered with something other than a connection.
        connect_error: holds what the CONNECT_ERROR packet carried, when one came.
        heard: by the client before it was refused.
    """
    if http:
        status, text = http
        return Refusal(name, True, text.strip().strip('"') or None, None, status, heard)
    if connect_error is None:
        return Refusal(name, False, None, None, None, heard)
    (carried,) = connect_error
    if isinstance(carried, dict):
        message = carried.get("message")
        return Refusal(name, True, None if message is None else str(message), carried.get("data"), None, heard)
    return Refusal(name, True, None if carried is None else str(carried), None, None, heard)


def not_accepted(refusal: Refusal, server: CheckedServer, begun: float) -> CheckFailed:
    """Return the failure for a client that should have been accepted."""
    expected = f"{refusal.name} can connect"
    failure = server.stopped() or _raised(refusal, server, begun)
    if failure:
        return failure.about(expected, "", None)
    return CheckFailed(
        f"{refusal.name} could not connect to your server.",
        expected=expected,
        actual=str(refusal) if refusal.answered else "the connection was never accepted",
        hint="Look at the connect handler, if there is one, and at what socketio.run is given.",
        points=refusal.pointer(),
    )


def let_in(name: str) -> CheckFailed:
    """Return the failure for a client that should have been refused."""
    return CheckFailed(
        f"Your server let {name} in.",
        actual=f"{name} was connected",
        hint="The connect handler refuses with return False, or with raise ConnectionRefusedError(…) and a reason.",
        points=Pointer("extra", name, what="connection"),
    )


def no_refusal(refusal: Refusal, server: CheckedServer, begun: float) -> CheckFailed | None:
    """Return the failure for a client that was refused by accident; None when the server meant it."""
    if not _by_accident(refusal):
        return None
    failure = server.stopped() or _raised(refusal, server, begun)
    failure = failure or CheckFailed(
        f"Your server neither let {refusal.name} in nor refused it.",
        actual=str(refusal),
        hint="Does the connect handler come to an end?",
        points=refusal.pointer(),
    )
    return failure.about(f"{refusal.name} is refused", "", None)


def _by_accident(refusal: Refusal) -> bool:
    return not refusal.answered or (refusal.status or 0) >= 500


def _raised(refusal: Refusal, server: CheckedServer, begun: float) -> CheckFailed | None:
    exception = server.reports.wait_exception(begun, REPORT_SECONDS if _by_accident(refusal) else 0)
    if exception is None:
        return None
    silence = "" if refusal.answered else f", so {refusal.name} heard neither yes nor no"
    return CheckFailed(
        exception.sentence(),
        actual=exception.shown() + silence,
        hint="Nobody can connect, and nobody is refused, while the connect handler fails.",
        line=exception.line,
        points=refusal.pointer(),
    )
