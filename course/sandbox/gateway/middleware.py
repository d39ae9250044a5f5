"""The gateway: WSGI middleware around the course that lets clients talk to learners' running servers.

It stands outside Flask, since a Flask route can't hand over its socket. Everything below ``/sandbox/`` is its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from threading import Lock
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from course.origin import read_origin
from course.sandbox.client_faults import Cut
from course.sandbox.gateway.address import MOUNT, UNKNOWN, Address, NotPassed, read_address
from course.sandbox.gateway.admission import Admission
from course.sandbox.gateway.client_page import client_answer
from course.sandbox.gateway.client_socket import send_promptly
from course.sandbox.gateway.exchange import Exchange, Request
from course.sandbox.gateway.handshake import is_upgrade
from course.sandbox.gateway.headers import guards, preflight_headers
from course.sandbox.gateway.http import pass_request, status_line
from course.sandbox.gateway.idle_tunnels import IdleWatch
from course.sandbox.gateway.link import RequestLink, hang_up
from course.sandbox.gateway.preview_page import SCRIPT as PREVIEW_SCRIPT
from course.sandbox.gateway.preview_page import PreviewPage, is_previewed
from course.sandbox.gateway.running import RunningSandbox, Sandboxes
from course.sandbox.gateway.websocket import pass_websocket
from course.sandbox.gateway.work import REQUEST, Work
from course.sandbox.model import ENDED, KILLED, RESTARTING


class Gateway:
    """Answers ``/sandbox/<id>/<client>/…`` itself and leaves every other path to `app`.

    Args:
        app: the course.
        sandboxes: looked up by id, in memory.
        host: when given, sandboxes are reached only under this ``Host`` and the course never under it: learners'
            pages then have another origin than the course, in addition to their sandboxed one.
        course_url: address of the course; needed with `host`, so that its pages may still talk to sandboxes.
        client_script: returns the path of a script that is built for clients' pages, by name; "" while it is not.

    Raises:
        ValueError: `host` without `course_url`.
    """

    def __init__(
        self,
        app: WSGIApplication,
        sandboxes: Sandboxes,
        *,
        host: str | None = None,
        course_url: str = "",
        client_script: Callable[[str], str] = lambda name: "",
    ) -> None:
        if host and read_origin(course_url) is None:
            raise ValueError("A host for sandboxes needs the address of the course too, such as https://example.com")
        self._app = app
        self._sandboxes = sandboxes
        self._host = host.lower() if host else None
        self._course_url = course_url.rstrip("/")
        self._client_script = client_script
        self._admissions: dict[str, Admission] = {}
        self._idle_watch = IdleWatch()
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        is_ours = environ.get("PATH_INFO", "").startswith(MOUNT)
        if not is_ours and self._host is None:
            return self._app(environ, start_response)
        address = None
        try:
            if self._host and is_ours is not (environ.get("HTTP_HOST", "").lower() == self._host):
                raise NotPassed(404, "wrong_host", "There is nothing at this address.")
            if not is_ours:
                return self._app(environ, start_response)
            address = read_address(environ, self._course_url if self._host else "")
            _check_origin(address)
            return self._answer(Request(environ, start_response, address, self._running(address)))
        except Cut:
            return hang_up(environ)
        except NotPassed as refused:
            self._mark(refused, address)
            return _refuse(environ, start_response, refused, address)

    def _answer(self, request: Request) -> Iterable[bytes]:
        """Let the first step that has an answer give it; what none of them answers is passed on."""
        self._admission(request).work.spend(REQUEST)
        for step in (self._to_the_connect_page, _to_the_root, self._client_page, _preflight):
            answer = step(request)
            if answer is not None:
                return answer
        return self._pass_on(request)

    def _pass_on(self, request: Request) -> Iterable[bytes]:
        """Pass a request on to the learner's server, as far as the faults of its client let it."""
        environ, address = request.environ, request.address
        send_promptly(environ)
        link = RequestLink(environ, request.sandbox, address)
        admission = self._admission(request)
        exchange = Exchange(environ, request.start_response, address, request.sandbox, admission, link)
        with link.faults.lent(link):
            link.enter(websocket=is_upgrade(environ))
            try:
                if is_upgrade(environ):
                    return pass_websocket(exchange, self._idle_watch)
                if is_previewed(environ, address):
                    page = PreviewPage(request.start_response, address, self._script(PREVIEW_SCRIPT, address))
                    return page.of(pass_request(replace(exchange, start_response=page.start)))
                return pass_request(exchange)
            except NotPassed:
                if link.is_cut:
                    raise Cut from None
                raise

    def _to_the_connect_page(self, request: Request) -> Iterable[bytes] | None:
        """People share the address without a client's tag: the course then gives each of them a tag of their own."""
        if request.client:
            return None
        return _redirect(request, f"{self._course_url}/connect/{request.address.sandbox_id}")

    def _client_page(self, request: Request) -> Iterable[bytes] | None:
        """Answer with a file of the program's own client code; the learner's server is not asked."""
        address, sandbox = request.address, request.sandbox
        if not address.is_page:
            return None
        if request.method not in ("GET", "HEAD"):
            raise NotPassed(405, "bad_method", "A client's page can only be read.")
        headers, body = client_answer(address, sandbox.program.files, lambda name: self._script(name, address))
        sandbox.touch()
        request.start_response("200 OK", headers)
        return [] if request.method == "HEAD" else [body]

    def _mark(self, refused: NotPassed, address: Address | None) -> None:
        """Show in the trace that a client may not connect, if there is a sandbox to show it in."""
        sandbox = self._sandboxes.get(address.sandbox_id) if address is not None else None
        if sandbox is None or address is None or not address.client:
            return
        if address.is_engineio or address.is_foreign:
            sandbox.trace.mark(address.client, "refused", refused.message)

    def _script(self, name: str, address: Address) -> str:
        """Return the whole address of a script of ours for a learner's page; "" while it is not built."""
        path = self._client_script(name)
        return path and address.course + path

    def _running(self, address: Address) -> RunningSandbox:
        sandbox = self._sandboxes.get(address.sandbox_id)
        if sandbox is None:
            raise NotPassed(404, "unknown_sandbox", UNKNOWN)
        if sandbox.state.code in (KILLED, RESTARTING):
            # To its clients it is a server that does not answer for the moment: they keep trying.
            raise NotPassed(503, "server_down", "The server is down. It may be started again.")
        if sandbox.state.state in ENDED:
            raise NotPassed(410, "sandbox_ended", "This program has ended. Press Run to start it again.")
        return sandbox

    def _admission(self, request: Request) -> Admission:
        sandbox_id, limits = request.address.sandbox_id, request.sandbox.limits
        with self._lock:
            if sandbox_id not in self._admissions:
                # Whenever a new sandbox comes, those that ended are forgotten.
                for known in list(self._admissions):
                    other = self._sandboxes.get(known)
                    if other is None or other.state.state in ENDED:
                        del self._admissions[known]
                work = Work(limits.traffic_bytes_per_second, partial(_tell_of_work, request.sandbox))
                self._admissions[sandbox_id] = Admission(limits.engineio_sessions, work)
            return self._admissions[sandbox_id]


def _check_origin(address: Address) -> None:
    """Let a page of another origin do what a client in a terminal does, and nothing else: speak Engine.IO.

    Raises:
        NotPassed: it asks for anything else.
    """
    if address.is_foreign and (address.is_page or not address.is_engineio):
        raise NotPassed(
            403,
            "foreign_origin",
            f"A page at {address.origin} may open Socket.IO connections to this program, and ask for nothing else.",
        )


def _tell_of_work(sandbox: RunningSandbox, words: str) -> None:
    sandbox.trace.mark("", "delayed", words)
    sandbox.notice(words)


def _to_the_root(request: Request) -> Iterable[bytes] | None:
    """An address that ends with the client's tag lacks the slash that relative addresses in a page are built on."""
    address = request.address
    if address.path:
        return None
    return _redirect(request, f"{address.page_prefix if address.is_page else address.prefix}/")


def _preflight(request: Request) -> Iterable[bytes] | None:
    """Say what a page of another origin may ask; the learner's server would not know where it lies."""
    if request.method != "OPTIONS" or "HTTP_ACCESS_CONTROL_REQUEST_METHOD" not in request.environ:
        return None
    if request.address.is_foreign:
        return None  # the learner's server decides
    request.start_response("204 No Content", guards(request.address) + preflight_headers())
    return []


def _redirect(request: Request, location: str) -> Iterable[bytes]:
    headers = [("Location", location), ("Content-Length", "0"), *guards(request.address)]
    request.start_response("302 Found", headers)
    return []


def _refuse(
    environ: WSGIEnvironment, start_response: StartResponse, refused: NotPassed, address: Address | None
) -> Iterable[bytes]:
    """Say no: in JSON to Engine.IO clients, which hand it to their program, and in plain text to all others."""
    if address is not None and address.is_engineio:
        kind, body = "application/json", json.dumps({"code": refused.code, "message": refused.message}).encode()
    else:
        kind, body = "text/plain; charset=utf-8", f"{refused.message}\n".encode()
    headers = [("Content-Type", kind), ("Content-Length", str(len(body))), *guards(address)]
    start_response(status_line(refused.status), headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
