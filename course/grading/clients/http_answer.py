"""Plain HTTP requests to the learner's server, and their answers."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from course.grading.clients.asking import OURS, Door
from course.grading.clients.checked_server import CheckedServer
from course.grading.clients.transports import REQUEST_SECONDS, RecordingAdapter
from course.grading.failures import REPORT_SECONDS, AuthorError, CheckFailed, show
from course.server_request import PASSED_ON

CHOSEN = (*sorted(PASSED_ON), "cookie", "origin")
"""Headers that a check may choose."""
HANDSHAKE = "/socket.io/?EIO=4&transport=polling"


@dataclass(frozen=True)
class HttpAnswer:
    """The answer to one HTTP request. Also the evidence that the route has run (see `Client.expect_nothing`)."""

    request: str
    """Method and path, such as ``POST /notify``."""
    status: int
    text: str
    headers: Mapping[str, str]
    """Looked up without regard to case."""
    asked_at: float
    """On the monotonic clock."""
    server: CheckedServer

    @property
    def ok(self) -> bool:
        """Whether the status means success: below 400."""
        return self.status < 400

    def json(self) -> Any:
        """Return the body read as JSON.

        Raises:
            CheckFailed: it is not JSON.
        """
        try:
            return json.loads(self.text)
        except ValueError:
            raise CheckFailed(
                f"The answer to {self.request} is no JSON.",
                expected="a body that is JSON",
                actual=show(self.text),
                hint="What a route returns as a dictionary or a list, Flask sends as JSON.",
            ) from None

    def expect_status(self, status: int = 200, *, hint: str = "", mistake: str | None = None) -> None:
        """Claim that the request was answered with this status.

        Raises:
            CheckFailed: it was another; where the route raised, the failure names the exception and its line.
        """
        if self.status != status:
            raise self._wrong_status(f"{self.request} is answered with status {status}", hint, mistake)

    def expect_ok(self, *, hint: str = "", mistake: str | None = None) -> None:
        """Claim that the route succeeded: any status below 400 will do.

        Raises:
            CheckFailed: it did not.
        """
        if not self.ok:
            raise self._wrong_status(f"{self.request} is answered with status 200", hint, mistake)

    def _wrong_status(self, expected: str, hint: str, mistake: str | None) -> CheckFailed:
        raised = self.server.reports.wait_exception(self.asked_at, REPORT_SECONDS) if self.status >= 500 else None
        if raised:
            failure = CheckFailed(
                raised.sentence(),
                actual=f"status {self.status}, because of {raised.shown()}",
                hint="Start at the line that raised: the server log shows the whole traceback.",
                line=raised.line,
            )
        else:
            failure = CheckFailed(
                f"{self.request} was answered with status {self.status}.",
                actual=f"status {self.status}" + (f", {show(self.text)}" if self.text else ""),
                hint="Is there a route for this path and this method?" if self.status in (404, 405) else "",
            )
        return failure.about(expected, hint, mistake)


def request(
    server: CheckedServer,
    door: Door,
    method: str,
    target: str,
    *,
    json: Any = None,
    headers: Mapping[str, str] | None = None,
) -> HttpAnswer:
    """Send one request to the server behind `door` and return its answer; follows no redirect.

    Args:
        server: explains the failures.
        door: to the learner's server.
        method: GET, POST, …
        target: path and query.
        json: sent as the body when it is not None.
        headers: added to the usual ones; only what the gateway passes on from a client, or an origin.

    Raises:
        CheckFailed: the server is gone, or answered nothing in time.
        AuthorError: the target does not begin with a slash, or no client could send one of the headers.
    """
    if not target.startswith("/"):
        raise AuthorError(f"a path begins with a slash: {target!r}")
    foreign = [name for name in headers or {} if name.lower() not in CHOSEN]
    if foreign:
        raise AuthorError(f"no client of a running program can send {foreign[0]!r}: the gateway passes on {CHOSEN}")
    begun = time.monotonic()
    with _session(server, door) as session:
        try:
            response = session.request(
                method,
                OURS + target,
                json=json,
                headers=dict(headers or {}),
                timeout=REQUEST_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise _no_answer(server, f"{method} {target}") from error
    text = response.content.decode("utf-8", "replace")
    return HttpAnswer(f"{method} {target}", response.status_code, text, response.headers, begun, server)


def end_handshake(server: CheckedServer, door: Door, opened: HttpAnswer) -> None:
    """Close the session that a handshake has opened, if it opened one: the server would keep it for a while."""
    try:
        sid = json.loads(opened.text.removeprefix("0"))["sid"]
        with _session(server, door) as session:
            session.post(OURS + HANDSHAKE, params={"sid": sid}, data="1", timeout=REQUEST_SECONDS)
    except (ValueError, TypeError, KeyError, requests.RequestException):
        pass  # it opened no session, or the server has ended it


def _session(server: CheckedServer, door: Door) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", RecordingAdapter("http", door, server.recording))
    return session


def _no_answer(server: CheckedServer, request: str) -> CheckFailed:
    return server.stopped() or CheckFailed(
        f"{request} was not answered: the check waited {REQUEST_SECONDS:.0f} s.",
        expected=f"{request} is answered",
        actual="no answer",
        hint="Does the route return something, and soon?",
    )
