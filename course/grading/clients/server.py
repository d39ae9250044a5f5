"""The learner's running server, as one check sees it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from course.grading.clients.asking import Door, knock, tags
from course.grading.clients.client import Client
from course.grading.clients.evidence import Listener
from course.grading.clients.http_answer import HANDSHAKE, HttpAnswer, end_handshake, request
from course.grading.clients.recording import Recording
from course.grading.clients.refusal import Refusal, let_in, no_refusal, not_accepted
from course.grading.failures import AuthorError, CheckFailed, ReportedException
from course.grading.reports import Reports
from course.wire import Transport

CONNECT_SECONDS = 3.0
SETTLE_SECONDS = 0.5
"""How long the end of a failed check waits for frames that are on their way."""
DYING_SECONDS = 0.2
"""How long a program that ends may still accept connections: its threads release the socket one by one."""


class Server:
    """Makes named clients and closes them all at the end of the check."""

    def __init__(self, path: Path, reports: Reports) -> None:
        self._path = path
        self._tags = tags()
        self._clients: dict[str, Client] = {}
        self.reports = reports
        self.recording = Recording()
        self.started = time.monotonic()

    def client(
        self,
        name: str,
        *,
        namespace: str = "/",
        auth: Any = None,
        transports: Sequence[Transport] = ("websocket",),
        origin: str | None = None,
    ) -> Client:
        """Return a new client of that name, connected.

        Args:
            name: as failures and the trace call it.
            namespace: the one that it connects to.
            auth: sent with the request to connect.
            transports: ``("polling",)`` stays on long-polling, ``("polling", "websocket")`` upgrades.
            origin: the page it pretends to come from, such as ``http://localhost:3000``.

        Raises:
            CheckFailed: the server does not listen, is gone, or refuses the connection.
            AuthorError: there is a client of that name already.
        """
        client, begun = self._connect(name, namespace, auth, transports, origin)
        if client.refusal:
            raise not_accepted(client.refusal, self, begun)
        return client

    def refused(
        self,
        name: str,
        *,
        namespace: str = "/",
        auth: Any = None,
        transports: Sequence[Transport] = ("websocket",),
        origin: str | None = None,
        hint: str = "",
        mistake: str | None = None,
    ) -> Refusal:
        """Claim that the server refuses this client, and return how it did.

        `hint` and `mistake` are for a client that was accepted.

        Raises:
            CheckFailed: it was accepted, it got no answer at all, or the server is gone.
            AuthorError: there is a client of that name already.
        """
        client, begun = self._connect(name, namespace, auth, transports, origin)
        if not client.refusal:
            raise let_in(name).about(f"{name} is refused", hint, mistake)
        failure = no_refusal(client.refusal, self, begun)
        if failure:
            raise failure
        return client.refusal

    def tries(
        self,
        name: str,
        *,
        namespace: str = "/",
        auth: Any = None,
        transports: Sequence[Transport] = ("websocket",),
        origin: str | None = None,
    ) -> Client | Refusal:
        """Return the client when it is accepted, otherwise how it was refused; neither is a failure.

        Raises:
            CheckFailed: the server is gone.
            AuthorError: there is a client of that name already.
        """
        client, _begun = self._connect(name, namespace, auth, transports, origin)
        stopped = client.refusal and not client.refusal.answered and self.stopped()
        if stopped:
            raise stopped
        return client.refusal or client

    def clients(self, *names: str) -> tuple[Client, ...]:
        """Return several connected clients, in the order of the names."""
        return tuple(self.client(name) for name in names)

    def http(self, method: str, path: str, *, json: Any = None, headers: Mapping[str, str] | None = None) -> HttpAnswer:
        """Send one HTTP request and return what came back, whatever its status.

        Raises:
            CheckFailed: the server is gone, or did not answer.
        """
        return request(self, Door(self._path), method, path, json=json, headers=headers)

    def handshake(self, *, origin: str | None = None) -> HttpAnswer:
        """Return the answer to the request with which every Socket.IO client of a browser begins.

        Raises:
            CheckFailed: the server is gone, or did not answer.
        """
        opened = self.http("GET", HANDSHAKE, headers={"Origin": origin} if origin else None)
        end_handshake(self, Door(self._path), opened)
        return opened

    def others(self, than: Listener) -> list[Client]:
        """Return every other client of this check."""
        return [client for client in self._clients.values() if client is not than]

    def exceptions(self, *, within: float = 0) -> list[ReportedException]:
        """Return what the learner's program raised during this check, as the sandbox reported it.

        The report may come later than what the clients hear: it waits at most this many seconds for the first one.
        """
        if within:
            self.reports.wait_exception(self.started, within)
        return self.reports.exceptions_since(self.started)

    def stopped(self) -> CheckFailed | None:
        """Return the failure to show when the server is no longer there, else None."""
        reason = self.reports.ended
        if reason is None:
            if self._listens():
                return None
            reason = self.reports.wait_ended(0.3)
        return CheckFailed(
            "Your server stopped while it was being checked.",
            expected="a server that keeps running",
            actual=reason or "nobody listens any more",
            hint="Read the end of the server log: it says why the program ended.",
            settled=True,
        )

    def settle(self) -> None:
        """Let what is on its way to the clients arrive, so that a failure's trace is complete. Never waits long."""
        fences = [fence for client in self._clients.values() if (fence := client.fence_later())]
        deadline = time.monotonic() + SETTLE_SECONDS
        for fence in fences:
            fence.wait(max(0.0, deadline - time.monotonic()))

    def close(self) -> None:
        """Disconnect every client."""
        for client in self._clients.values():
            client.close()

    def _listens(self) -> bool:
        """Return whether the server lives: it then waits for a new connection to send, while a dying one closes it."""
        try:
            with knock(Door(self._path), DYING_SECONDS) as connection:
                return bool(connection.recv(1))
        except TimeoutError:
            return True
        except OSError:
            return False

    def _connect(
        self, name: str, namespace: str, auth: Any, transports: Sequence[Transport], origin: str | None
    ) -> tuple[Client, float]:
        """Return the client, accepted or with its refusal, and when it began to connect.

        A client that was refused is not kept: its name may be used again.
        """
        if name in self._clients:
            raise AuthorError(f"this check has a client named {name!r} already")
        client = Client(name, namespace, Door(self._path, next(self._tags)), self, origin)
        begun = time.monotonic()
        client.open(auth, transports, CONNECT_SECONDS)
        if not client.refusal:
            self._clients[name] = client
        return client, begun
