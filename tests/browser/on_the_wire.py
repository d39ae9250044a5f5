"""What the browser itself saw on the wire, and whether a trace is exactly that."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from playwright.sync_api import Page, Request, WebSocket

TAG = re.compile(r"/sandbox/[\w-]+/([\w-]+)/socket\.io")
Seen = Counter[tuple[str, str, str]]
Row = Mapping[str, Any]

NOTE_WHO_CLOSES = """
window.closedHere = [];
window.WebSocket = class extends WebSocket {
  constructor(url, ...rest) {
    super(url, ...rest);
    this.number = String(url).includes("/sandbox/") ? window.closedHere.push(false) - 1 : null;
  }
  close(...why) {
    if (this.number !== null) window.closedHere[this.number] = true;
    super.close(...why);
  }
};
"""


@dataclass
class Socket:
    """One WebSocket as the browser saw it."""

    client: str
    received: list[str] = field(default_factory=list)
    given_up: bool = False
    """Whether the page closed it: from then on the browser tells nothing of what still arrives."""


class OnTheWire:
    """Every literal frame that the browser itself sends and receives, on both transports.

    The page is loaded anew: what notes who closes a WebSocket has to be there before the page's own scripts.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._polls: list[Request] = []
        self._sockets: list[Socket] = []
        self.sent: Seen = Counter()
        """What every client sent, on both transports; complete after `look`."""
        self.polled: Seen = Counter()
        """What every client received on long-polling; complete after `look`."""
        page.add_init_script(NOTE_WHO_CLOSES)
        page.reload()
        page.on("websocket", self._listen)
        page.on("requestfinished", lambda request: self._polls.append(request) if TAG.search(request.url) else None)

    def _listen(self, websocket: WebSocket) -> None:
        found = TAG.search(websocket.url)
        if not found:
            return
        socket = Socket(found[1])
        self._sockets.append(socket)
        websocket.on("framesent", lambda payload: self.sent.update([(socket.client, "sent", _literal(payload))]))
        websocket.on("framereceived", lambda payload: socket.received.append(_literal(payload)))

    def look(self) -> None:
        """Look into the requests of long-polling that have ended meanwhile."""
        polls, self._polls = self._polls, []
        for request in polls:
            found = TAG.search(request.url)
            response = request.response()
            assert found and response
            if request.method == "POST":
                self.sent.update((found[1], "sent", frame) for frame in (request.post_data or "").split("\x1e"))
            elif response.status == 200 and "transport=polling" in request.url:
                frames = filter(None, response.text().split("\x1e"))
                self.polled.update((found[1], "received", frame) for frame in frames)

    def sockets(self) -> list[Socket]:
        """Return the WebSockets until now, oldest first."""
        given_up = self._page.evaluate("window.closedHere")
        assert len(given_up) == len(self._sockets)
        return [replace(socket, given_up=left) for socket, left in zip(self._sockets, given_up, strict=True)]


def counted(rows: Iterable[Row]) -> Seen:
    """Return how often each (client, direction, frame) is among the rows of a trace."""
    return Counter((row["client"], row["direction"], row["frame"]) for row in rows)


def unexplained(sockets: Sequence[Socket], rows: Sequence[Row], marks: Sequence[Row]) -> str:
    """Return what of a trace can't be what the browser saw on its WebSockets; "" when all of it can.

    Each WebSocket of the trace, from its opening to its end, must have carried what the browser received on one of
    its own, in that order, and nothing else. Only where the page itself closed it more may follow: what passed after
    that, until the gateway knew.

    Args:
        sockets: of the browser, in the order in which they were made.
        rows: of the trace.
        marks: of the trace; they tell when the gateway opened and ended each WebSocket.
    """
    for client in sorted({socket.client for socket in sockets}):
        mine = [socket for socket in sockets if socket.client == client]
        ways = {tuple(_Place() for _ in mine)}  # several, as a new WebSocket may open while the one before still ends
        for what, frame in _moments(client, rows, marks):
            before, ways = ways, {after for way in ways for after in _steps(way, mine, what, frame)}
            if not ways:
                return f"{client}: {what} {frame} fits none of {[_left(way, mine) for way in before]}"
        if not any(
            all(place.read == len(socket.received) for place, socket in zip(way, mine, strict=True)) for way in ways
        ):
            return f"{client}: the trace lacks {[_left(way, mine) for way in ways]}"
    return ""


class _Place(NamedTuple):
    """How far the trace of one WebSocket has been followed."""

    state: Literal["new", "open", "over"] = "new"
    read: int = 0


def _moments(client: str, rows: Sequence[Row], marks: Sequence[Row]) -> list[tuple[str, str]]:
    """Return what happened to a client's WebSockets; of one moment an opening comes first, and an end last."""
    found = [(row["time"], 1, "received", row["frame"]) for row in rows if _is_received(row, client)]
    for mark in marks:
        if mark["client"] == client and mark["kind"] in ("opened", "closed") and "long-polling" not in mark["text"]:
            found.append((mark["time"], 0 if mark["kind"] == "opened" else 2, mark["kind"], ""))
    return [(what, frame) for _, _, what, frame in sorted(found, key=itemgetter(0, 1))]


def _is_received(row: Row, client: str) -> bool:
    return bool(row["client"] == client and row["direction"] == "received" and row["transport"] == "websocket")


def _steps(way: tuple[_Place, ...], sockets: Sequence[Socket], what: str, frame: str) -> Iterator[tuple[_Place, ...]]:
    """Give what may be meant by one thing that happened: another place for one of the WebSockets."""
    for number, (place, socket) in enumerate(zip(way, sockets, strict=True)):
        after: _Place | None = None
        at_end = place.read == len(socket.received)
        if what == "opened" and place.state == "new":
            after = place._replace(state="open")
        elif what == "closed" and place.state == "open" and at_end:
            after = place._replace(state="over")
        elif what == "received" and place.state == "open":
            if at_end:
                after = place if socket.given_up else None
            elif socket.received[place.read] == frame:
                after = place._replace(read=place.read + 1)
        if after:
            yield (*way[:number], after, *way[number + 1 :])


def _left(way: tuple[_Place, ...], sockets: Sequence[Socket]) -> list[str]:
    """Return what of the browser's frames has not been found in the trace yet, by WebSocket that is open or new."""
    pairs = zip(way, sockets, strict=True)
    return [f"{place.state}: {socket.received[place.read :][:3]}" for place, socket in pairs if place.state != "over"]


def _literal(payload: str | bytes) -> str:
    return payload if isinstance(payload, str) else "b" + base64.b64encode(payload).decode()
