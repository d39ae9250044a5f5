"""The WebSocket handshake through the gateway: checked on both sides, rebuilt in between. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
from wsgiref.types import WSGIEnvironment

from course.sandbox.gateway.address import Address, NotPassed
from course.sandbox.gateway.backend import BackendResponse
from course.sandbox.gateway.headers import guards

ACCEPT_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def is_upgrade(environ: WSGIEnvironment) -> bool:
    """Return whether a request asks for a WebSocket."""
    return "websocket" in environ.get("HTTP_UPGRADE", "").lower()


def checked_key(environ: WSGIEnvironment) -> str:
    """Return the key of a handshake that follows RFC 6455, section 4.2.1.

    Raises:
        NotPassed: it does not.
    """
    key: str = environ.get("HTTP_SEC_WEBSOCKET_KEY", "")
    try:
        nonce = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        nonce = b""
    wants_upgrade = "upgrade" in [part.strip() for part in environ.get("HTTP_CONNECTION", "").lower().split(",")]
    if (
        environ["REQUEST_METHOD"] != "GET"
        or not wants_upgrade
        or len(nonce) != 16
        or environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13"
        or environ.get("CONTENT_LENGTH", "0") not in ("", "0")
        or "HTTP_TRANSFER_ENCODING" in environ
    ):
        raise NotPassed(400, "bad_handshake", "This is no proper WebSocket handshake.")
    return key


def agreement(response: BackendResponse, key: str, environ: WSGIEnvironment, address: Address) -> bytes:
    """Return the 101 for the client, if the server's own is valid (RFC 6455, section 4.1, what a client must check).

    Raises:
        NotPassed: it does not.
    """
    accept = base64.b64encode(hashlib.sha1(key.encode() + ACCEPT_GUID).digest()).decode()  # noqa: S324 (the RFC's)
    offered = [part.strip() for part in environ.get("HTTP_SEC_WEBSOCKET_PROTOCOL", "").split(",")]
    protocols = response.all("sec-websocket-protocol")
    if (
        response.all("sec-websocket-accept") != [accept]
        or [value.lower() for value in response.all("upgrade")] != ["websocket"]
        or response.all("sec-websocket-extensions")
        or any(protocol not in offered for protocol in protocols)
        or len(protocols) > 1
    ):
        raise NotPassed(502, "bad_answer", "The program's answer to the WebSocket handshake is not valid.")
    headers = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept)]
    headers += [("Sec-WebSocket-Protocol", protocol) for protocol in protocols]
    lines = [f"{name}: {value}" for name, value in headers + guards(address)]
    return "\r\n".join(["HTTP/1.1 101 Switching Protocols", *lines, "", ""]).encode("latin-1")
