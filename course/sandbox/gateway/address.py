"""Where a request to a sandbox is addressed. Pure: a WSGI environment in, a checked value out, or a refusal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, unquote_plus
from wsgiref.types import WSGIEnvironment

from course.origin import own_origin, read_origin
from course.sandbox.client_tag import CLIENT_TAG

MOUNT = "/sandbox/"
PRETENDED_ORIGIN = "duplex_origin"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

SANDBOX_ID = re.compile(r"[A-Za-z0-9_]{1,32}-[0-9a-f]{32}")
PAGE_MARK = "~"
"""Before a client's tag it means the page that runs the client's code, not a route of the learner's server."""
_PRETENDED = re.compile(r"[\x21-\x7e]{1,200}")
_UNSAFE_IN_PATH = re.compile(r"[\x00-\x1f\x7f\\]")

UNKNOWN = "There is no running program at this address. Press Run on the lesson page, then use the new one."
"""The answer at every address of an unknown program."""


class NotPassed(Exception):
    """The gateway answers itself: `status`, and a plain sentence. `code` is stable, for clients that read JSON."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True)
class Address:
    """One request, as the gateway understood its first line, Host and Origin."""

    sandbox_id: str
    client: str
    """The client's tag, or "" when the address names only the sandbox."""
    path: str
    """What the learner's server is asked for, percent-encoded, beginning with a slash; "" without one."""
    query: str
    base: str
    """``http://host:port`` as the client sees us."""
    prefix: str
    """``/sandbox/<id>/<client>``"""
    origin: str | None
    """The real Origin, well formed; ``null`` is a sandboxed page's."""
    pretended_origin: str | None
    is_page: bool = False
    """Whether the page of the client's own code is meant, and not the learner's server."""
    is_foreign: bool = False
    """Whether `origin` is neither the course's nor a sandboxed page's, but for example a development server's."""
    course: str = ""
    """``http://host:port`` of the course's own pages: `base`, unless sandboxes have a host of their own."""

    @property
    def page_prefix(self) -> str:
        """``/sandbox/<id>/~<client>``"""
        mount, _, client = self.prefix.rpartition("/")
        return f"{mount}/{PAGE_MARK}{client}"

    @property
    def target(self) -> str:
        """Return what stands in the request line to the learner's server."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def parameters(self) -> dict[str, str]:
        """Return the parameters of the query; the last of several equal names wins."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def is_engineio(self) -> bool:
        """Return whether it speaks Engine.IO (the learner may have moved it to another path than ``/socket.io``)."""
        return "EIO" in self.parameters or "/socket.io" in self.path


def read_address(environ: WSGIEnvironment, course_url: str = "") -> Address:
    """Read and check the address of a request.

    The course's pages have the request's own host, or that of `course_url` where sandboxes have another one.

    Raises:
        NotPassed: the path, the host or the origin is malformed.
    """
    own = own_origin(environ)
    if own is None:
        raise NotPassed(400, "bad_host", "The request names no usable host.")
    if environ["REQUEST_METHOD"] not in METHODS:
        raise NotPassed(405, "bad_method", "The course passes on only the usual HTTP methods.")
    sandbox_id, client, path = _split(environ["PATH_INFO"])
    query, pretended = _split_query(environ.get("QUERY_STRING", ""))
    is_page, client = client.startswith(PAGE_MARK), client.removeprefix(PAGE_MARK)
    course = course_url or str(own)
    origin = _checked_origin(environ.get("HTTP_ORIGIN"))
    return Address(
        sandbox_id=sandbox_id,
        client=client,
        path=path,
        query=query,
        base=str(own),
        prefix=f"{environ.get('SCRIPT_NAME', '')}{MOUNT}{sandbox_id}/{client}",
        origin=origin,
        pretended_origin=pretended,
        is_page=is_page,
        is_foreign=origin not in (None, "null") and read_origin(str(origin)) not in (own, read_origin(course)),
        course=course,
    )


def has_dot_segment(path: str) -> bool:
    """Return whether a browser or server may leave a folder by `path`: ``..``, also percent-encoded, or a backslash."""
    decoded = unquote(path)
    return bool(_UNSAFE_IN_PATH.search(decoded)) or any(part in (".", "..") for part in decoded.split("/"))


def _split(path_info: str) -> tuple[str, str, str]:
    sandbox_id, _, rest = path_info.removeprefix(MOUNT).partition("/")
    if not SANDBOX_ID.fullmatch(sandbox_id):
        raise NotPassed(404, "unknown_sandbox", UNKNOWN)
    client, slash, path = rest.partition("/")
    if client and not CLIENT_TAG.fullmatch(client.removeprefix(PAGE_MARK)):
        raise NotPassed(404, "bad_client", "A client's name is a letter, then letters, digits or hyphens; 16 at most.")
    if has_dot_segment(path) or path.startswith("/"):
        raise NotPassed(400, "bad_path", "This path can't be passed on to the program.")
    return sandbox_id, client, quote((slash + path).encode("latin-1"), safe="/:@!$&'()*+,;=~")


def _split_query(query: str) -> tuple[str, str | None]:
    kept, pretended = [], None
    for piece in query.split("&"):
        name, _, value = piece.partition("=")
        if unquote_plus(name) != PRETENDED_ORIGIN:
            kept.append(piece)
        elif value:
            pretended = unquote_plus(value)
    if pretended is not None and not _PRETENDED.fullmatch(pretended):
        raise NotPassed(400, "bad_origin", "The pretended origin must be a short address such as https://example.com")
    return quote("&".join(kept).encode("latin-1"), safe="/:@!$&'()*+,;=~?%[]|"), pretended


def _checked_origin(said: str | None) -> str | None:
    if said not in (None, "null") and read_origin(str(said)) is None:
        raise NotPassed(403, "bad_origin", "The request's Origin is not the address of a site.")
    return said
