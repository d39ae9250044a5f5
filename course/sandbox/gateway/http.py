"""Passes one HTTP request to a learner's server and streams the answer back; long-polling bodies go into the trace."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from http import HTTPStatus
from threading import Timer
from wsgiref.types import WSGIEnvironment

from course.sandbox.gateway.address import NotPassed
from course.sandbox.gateway.backend import Backend, BackendResponse
from course.sandbox.gateway.client_socket import stop_reading
from course.sandbox.gateway.cookies import COOKIES_PER_JAR
from course.sandbox.gateway.downloads import shown_in_place
from course.sandbox.gateway.ends import too_large
from course.sandbox.gateway.exchange import Exchange
from course.sandbox.gateway.headers import preflight_headers, request_headers, response_headers, rewritten_location
from course.sandbox.gateway.link import is_event
from course.sandbox.gateway.work import FRAME, Work
from course.server_request import Headers
from course.wire import Direction

MESSAGES_PER_ANSWER = 4
"""A polling answer of several packets may be this many times the largest message. What a client sends may not: it has
been told ``maxPayload``."""
PACKETS = 20_000
"""In one polling body. The library takes 16 from a client; a server may have queued many between two polls."""
PACKETS_AT_ONCE = 64
READ_AT_ONCE = 16 * 1024
OPEN_PACKET_CHARACTERS = 2_000
"""A longer packet is not looked into for a session's name: JSON of any depth may stand in it."""
BODY_SECONDS = 20.0
SEPARATOR = "\x1e"


def pass_request(exchange: Exchange) -> Iterable[bytes]:
    """Answer a request with what the learner's server answers.

    Raises:
        Cut: a fault of the client has ended it.
        NotPassed: the request is malformed or too large, or the server is busy, silent or breaks the protocol.
    """
    address, sandbox, work = exchange.address, exchange.sandbox, exchange.admission.work
    polling = _Polling(exchange) if address.is_engineio and address.parameters.get("transport") == "polling" else None
    # The body first: a client that sends it very slowly must not hold a connection of the sandbox meanwhile.
    body = read_body(exchange.environ, sandbox.limits.message_bytes, work)
    if polling:
        polling.sent(body)
    else:
        sandbox.touch()
    held = ExitStack()
    try:
        if polling:
            held.enter_context(exchange.admission.session(polling.sid))
        held.enter_context(exchange.admission.connection())
        backend = held.enter_context(Backend(sandbox.socket_path, work))
        response = forward(exchange, backend, body=body)
        if response.status == 101:
            raise NotPassed(502, "bad_answer", "The program changed the protocol without being asked to.")
        whole = polling.received(response, backend.body(BODY_SECONDS)) if polling else None
        begin_answer(exchange, response)
    except BaseException:
        held.close()
        raise
    if whole is None:
        return _Streamed(backend.body(), held)
    held.close()
    return [whole]


def forward(
    exchange: Exchange, backend: Backend, more_headers: Sequence[tuple[str, str]] = (), body: bytes = b""
) -> BackendResponse:
    """Send a request to the learner's server, rebuilt from what may pass and with its client's cookies.

    Returns:
        The head of the answer.

    Raises:
        NotPassed: the server is silent or breaks the protocol.
    """
    headers = request_headers(exchange.environ, exchange.address, exchange.jar.header(exchange.address.path))
    backend.send(exchange.method, exchange.address.target, [*headers, *more_headers], body)
    return backend.response()


def begin_answer(exchange: Exchange, response: BackendResponse) -> None:
    """Keep the answer's cookies, and start it with the headers that may pass.

    Raises:
        NotPassed: it redirects to another site.
    """
    keep_cookies(exchange, response)
    kept, changed = shown_in_place(response.headers, exchange.environ)
    if changed:
        exchange.sandbox.trace.mark(exchange.client, "changed", changed)
    headers: Headers = response_headers(response.status, kept, exchange.address)
    if exchange.method == "OPTIONS" and exchange.address.is_foreign:
        headers += preflight_headers()
    for location in response.all("location")[:1]:
        rewritten = rewritten_location(location, exchange.address)
        if rewritten is None:
            raise NotPassed(
                502, "redirect_refused", "The program redirects to another site. Only its own pages open here."
            )
        headers.append(("Location", rewritten))
    if response.all("content-length") and (response.status >= 200 and response.status not in (204, 304)):
        headers.append(("Content-Length", response.all("content-length")[0]))
    exchange.start_response(status_line(response.status), headers)


def keep_cookies(exchange: Exchange, response: BackendResponse) -> None:
    """Put the cookies that an answer sets into the jar of its client, which never sees them itself."""
    for cookie in response.all("set-cookie")[:COOKIES_PER_JAR]:
        exchange.jar.store(cookie, exchange.address.path)


def status_line(status: int) -> str:
    """Return ``404 Not Found``; the learner's own wording is not passed on."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"


def read_body(environ: WSGIEnvironment, most: int, work: Work) -> bytes:
    """Return the whole request body; `work` counts it.

    Raises:
        NotPassed: its length is unclear (RFC 9112, section 6.3), or more than `most`, or it does not arrive in time.
    """
    text = environ.get("CONTENT_LENGTH") or "0"
    if "HTTP_TRANSFER_ENCODING" in environ or not (text.isascii() and text.isdigit() and len(text) < 16):
        raise NotPassed(400, "bad_framing", "The request does not say plainly how long its body is.")
    length = int(text)
    if length > most:
        raise _too_large(most)
    if not length:
        return b""
    deadline = Timer(BODY_SECONDS, stop_reading, [environ])
    deadline.daemon = True
    deadline.start()
    body = b""
    try:
        while piece := environ["wsgi.input"].read(min(READ_AT_ONCE, length - len(body))):
            body += piece
            work.spend(len(piece))
    except OSError:
        body = b""
    finally:
        deadline.cancel()
    if len(body) != length:
        raise NotPassed(408, "incomplete", "The request's body did not arrive whole, or not in time.")
    return body


def mark_refusal(exchange: Exchange, status: int, body: bytes) -> None:
    """Note that the learner's server refused to begin a connection, in its own words where it has any."""
    words = body[:200].decode("utf-8", "replace").strip(' "\r\n')
    said = f": {words}" if words and "<" not in words else "."
    address = exchange.address
    hint = (
        f" The page that asked is at {address.origin}. To let it in: cors_allowed_origins={address.origin!r}"
        if address.is_foreign
        else ""
    )
    exchange.sandbox.trace.mark(exchange.client, "refused", f"The server answered {status}{said}{hint}")


def _too_large(most: int) -> NotPassed:
    end = too_large(most)
    return NotPassed(413, end.name, end.words)


class _Polling:
    """One request of an Engine.IO session on long-polling: its packets go to trace, limits and idle clock."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._sandbox = exchange.sandbox
        self._reads = exchange.method == "GET"  # a POST is answered with a bare "OK", which is not a packet
        self.sid = exchange.address.parameters.get("sid")

    def sent(self, body: bytes) -> None:
        packets = self._split(body)
        self._exchange.link.carry("sent", packets)
        self._trace("sent", packets)
        if self.sid and "1" in packets:
            self._exchange.admission.closed(self.sid)
            self._sandbox.trace.mark(
                self._exchange.client, "closed", "The client ended its connection on long-polling."
            )
        self._touch(packets)

    def received(self, response: BackendResponse, pieces: Iterator[bytes]) -> bytes:
        collected = bytearray()
        for piece in pieces:
            collected += piece
            if len(collected) > self._sandbox.limits.message_bytes * MESSAGES_PER_ANSWER:
                raise NotPassed(502, "too_large", "The program's answer is larger than what may pass here.")
        body = bytes(collected)
        is_packets = self._reads and response.status == 200 and not response.all("content-encoding")
        packets = self._split(body) if is_packets else []
        self._exchange.link.carry("received", packets)
        self._trace("received", packets)
        if self.sid is None and packets and packets[0].startswith("0"):
            self._note_opened(packets[0])
        if self.sid is None and response.status >= 400:
            mark_refusal(self._exchange, response.status, body)
        if self.sid and ("1" in packets or response.status == 400):
            self._exchange.admission.closed(self.sid)
        self._touch(packets)
        return body

    def _split(self, body: bytes) -> list[str]:
        """Engine.IO protocol 4, "HTTP long-polling": packets stand one behind the other, a 0x1e between."""
        if not body:
            return []
        packets = body.decode("utf-8", "replace").split(SEPARATOR, PACKETS)
        if len(packets) > PACKETS:
            raise NotPassed(413, "too_many_packets", f"At most {PACKETS:,} packets may pass here in one go.")
        most = self._sandbox.limits.message_bytes
        if any(len(packet) > most for packet in packets):
            raise _too_large(most)
        return packets

    def _trace(self, direction: Direction, packets: list[str]) -> None:
        for start in range(0, len(packets), PACKETS_AT_ONCE):
            few = packets[start : start + PACKETS_AT_ONCE]
            for packet in few:
                self._sandbox.trace.add(self._exchange.client, direction, packet, "polling")
            self._exchange.admission.work.spend(FRAME * len(few))

    def _note_opened(self, packet: str) -> None:
        try:
            sid = json.loads(packet[1:OPEN_PACKET_CHARACTERS])["sid"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return
        if isinstance(sid, str):
            self._exchange.admission.opened(sid)

    def _touch(self, packets: list[str]) -> None:
        if any(is_event(packet) for packet in packets):
            self._sandbox.touch()


class _Streamed:
    """The body of an answer as it is sent. The server closes it, even unread; then the connection is given back."""

    def __init__(self, pieces: Iterator[bytes], held: ExitStack) -> None:
        self._pieces, self._held = pieces, held

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except NotPassed as refused:
            # The head has been sent: only cutting the connection can show the failure now. Servers take this error
            # for a client that went away, and log nothing.
            raise ConnectionResetError(errno.ECONNRESET, refused.message) from refused

    def close(self) -> None:
        """Give back what the exchange held."""
        self._held.close()
