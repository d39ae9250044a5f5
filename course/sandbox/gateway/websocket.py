"""Opens a WebSocket between a client and a learner's server: the handshake on both sides, then a tunnel."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack

from course.sandbox.gateway.address import NotPassed
from course.sandbox.gateway.backend import Backend, BackendResponse
from course.sandbox.gateway.client_socket import client_socket, leave
from course.sandbox.gateway.exchange import Exchange
from course.sandbox.gateway.handshake import agreement, checked_key
from course.sandbox.gateway.http import BODY_SECONDS, begin_answer, forward, keep_cookies, mark_refusal
from course.sandbox.gateway.idle_tunnels import IdleWatch
from course.sandbox.gateway.tunnel import Tunnel
from course.server_request import upgrade


def pass_websocket(exchange: Exchange, idle_watch: IdleWatch) -> Iterable[bytes]:
    """Open the learner's side first; if it agrees, connect the two sockets until either ends.

    Args:
        exchange: the handshake.
        idle_watch: ends the tunnel when nothing moves in it.

    Raises:
        Cut: a fault of the client has ended it before it began.
        NotPassed: the handshake is malformed, or the server is busy, silent or breaks the protocol.
        StopIteration, ConnectionError: at the end, as the web server wants it (see `leave`).
    """
    address, admission, sandbox = exchange.address, exchange.admission, exchange.sandbox
    key, sid = checked_key(exchange.environ), address.parameters.get("sid")
    with ExitStack() as stack:
        if address.is_engineio:
            stack.enter_context(admission.session(sid))
        stack.enter_context(admission.connection())
        backend = stack.enter_context(Backend(sandbox.socket_path, admission.work))
        protocol = exchange.environ.get("HTTP_SEC_WEBSOCKET_PROTOCOL")
        response = forward(exchange, backend, upgrade(key, protocol))
        if response.status != 101:
            return [_refusal(exchange, backend, response)]
        exchange.link.carry("received", [])
        client = client_socket(exchange.environ)
        head = agreement(response, key, exchange.environ, address)
        keep_cookies(exchange, response)
        tunnel = Tunnel(client, backend.socket, sandbox, address.client, admission.work)
        with idle_watch.over(tunnel):
            tunnel.run(head, backend.leftover())
        if sid:
            admission.closed(sid)
    return leave(exchange.environ)


def _refusal(exchange: Exchange, backend: Backend, response: BackendResponse) -> bytes:
    """Answer the client with the head by which the server refused a WebSocket; return the body."""
    body = b"".join(_limited(backend.body(BODY_SECONDS), exchange.sandbox.limits.message_bytes))
    mark_refusal(exchange, response.status, body)
    begin_answer(exchange, response)
    return body


def _limited(pieces: Iterable[bytes], most: int) -> Iterable[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise NotPassed(502, "too_large", "The program's answer is larger than what may pass here.")
        yield piece
