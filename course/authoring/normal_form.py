"""The frames of a check in a form that is the same each time the same program is checked. Pure: no I/O.

Payloads of checks are random, and so are the ids of connections: they become placeholders, numbered as they first
appear. Heartbeats, the engine's handshake and Close frames depend on time, and are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

Frames = Mapping[str, tuple[str, ...]]
"""Client → its frames in order, each with a mark before it: ``> 420["add",‹n1›]`` was sent, ``<`` received."""

_PACKET = re.compile(r"^4(\d)(?:(\d+)-)?(?:(/[^,\[{]*),?)?(\d*)(.*)$", re.DOTALL)
_TOKEN = re.compile(r"[A-Za-z0-9_]+")
_ACK = re.compile(r"^([<>] 4\d(?:\d+-)?(?:/[^,]*,)?)\d+")
_NUMBER = re.compile(r"(?<=[\[,:])-?\d+(?:\.\d+)?(?=[\],}])")
_NUMBERED = re.compile(r"‹([nw])\d+›")
_BYTES = "‹bytes›"
MAYBE = "? "
"""Marks a kind of frame that is there only sometimes."""


def words_of(*texts: str) -> frozenset[str]:
    """Return the words and numbers that are in some texts: they need no placeholder."""
    return frozenset(token for text in texts for token in _TOKEN.findall(text))


def frames_of(rows: Sequence[Mapping[str, Any]], known: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the frames of a trace by client; what a client received that left before the end is marked as unsure.

    Args:
        rows: as `course.grading.model.CheckResult.trace` holds them.
        known: words that stay as they are, see `words_of`.
    """
    whole = _renamed(rows, known)
    gone = _gone(whole)
    seen = [row for row in whole if _travels(row)]
    form = _Form(_sids(seen), known)
    # Which client sends first is certain, which receives first is not: so what was sent is numbered first.
    placed: dict[int, str] = {}
    for direction in ("sent", "received"):
        for client in sorted({row["client"] for row in seen}):
            for place, row in enumerate(seen):
                if row["client"] == client and row["direction"] == direction:
                    placed[place] = form.line(row)
    frames: dict[str, list[str]] = {}
    for place, row in enumerate(seen):
        unsure = row["client"] in gone and row["direction"] == "received" and not str(row["frame"]).startswith("40")
        frames.setdefault(row["client"], []).append(f"{MAYBE if unsure else ''}{placed[place]}")
    return {client: tuple(frames[client]) for client in sorted(frames)}


def same_frames(one: Frames, other: Frames) -> bool:
    """Return whether each client sent and received the same, in any order.

    What is unsure in one of them may be sure in the other: a client that is disconnected still says goodbye at the end
    if, on a busy machine, it does not know that yet.
    """
    unsure = _unsure(one) | _unsure(other)
    return _counted(one, unsure) == _counted(other, unsure)


def kinds_of(runs: Sequence[Frames]) -> dict[str, tuple[str, ...]]:
    """Return the kinds of frames of several runs, regardless of how often they came and with which values.

    Those that are not in all runs have a question mark before them.
    """
    kinds = [_kinds(run) for run in runs]
    found: dict[str, dict[str, None]] = {}
    for run in kinds:
        for client, lines in run.items():
            found.setdefault(client, {}).update(dict.fromkeys(lines))
    return {
        client: tuple(
            line if all(line in run.get(client, ()) for run in kinds) else f"{MAYBE}{line.removeprefix(MAYBE)}"
            for line in lines
            if not (line.startswith(MAYBE) and line.removeprefix(MAYBE) in lines)
        )
        for client, lines in sorted(found.items())
    }


def fits_kinds(kinds: Frames, run: Frames) -> bool:
    """Return whether a run sends and receives the kinds of frames that `kinds_of` found, and no others."""
    seen = {(client, line.removeprefix(MAYBE)) for client, lines in _kinds(run).items() for line in lines}
    must = {(client, line) for client, lines in kinds.items() for line in lines if not line.startswith(MAYBE)}
    may = {(client, line.removeprefix(MAYBE)) for client, lines in kinds.items() for line in lines}
    return must <= seen <= may


def _unsure(frames: Frames) -> set[tuple[str, str]]:
    return {(client, line) for client, lines in frames.items() for line in lines if line.startswith(MAYBE)}


def _counted(frames: Frames, unsure: Collection[tuple[str, str]]) -> dict[str, list[str]]:
    """Return each client's frames, sorted, without those that are unsure."""
    return {
        client: sorted(line for line in lines if (client, MAYBE + line.removeprefix(MAYBE)) not in unsure)
        for client, lines in frames.items()
    }


def _kinds(frames: Frames) -> dict[str, dict[str, None]]:
    """Return the kinds of each client's frames, in the order in which they first came."""
    return {client: dict.fromkeys(map(_kind, lines)) for client, lines in frames.items()}


def _kind(line: str) -> str:
    """Return a frame without the numbers of its placeholders, of its payload and of its acknowledgement."""
    maybe = MAYBE if line.startswith(MAYBE) else ""
    kind = _NUMBER.sub("‹n›", _NUMBERED.sub(r"‹\1›", line.removeprefix(MAYBE)))
    return maybe + _ACK.sub(r"\1#", kind)


def _travels(row: Mapping[str, Any]) -> bool:
    """Return whether a frame belongs to the conversation: Socket.IO packets and bytes, but not the client's goodbye."""
    frame = str(row["frame"])
    return frame[:1] in ("4", "b") and not (row["direction"] == "sent" and frame.startswith("41"))


def _renamed(rows: Sequence[Mapping[str, Any]], known: Collection[str]) -> list[dict[str, Any]]:
    """Return the rows with those clients numbered whose names are made of random words."""
    names: dict[str, str] = {}
    for row in rows:
        name = str(row["client"])
        sure = all(token in known or token.isdigit() for token in _TOKEN.findall(name))
        names.setdefault(name, name if sure else f"‹client {len(names) + 1}›")
    return [{**row, "client": names[str(row["client"])]} for row in rows]


def _gone(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the clients that left before the end: the others say goodbye only then, when the check closes them."""
    goodbyes = [place for place, row in enumerate(rows) if row["direction"] == "sent" and row["frame"][:2] == "41"]
    last = max((place for place, row in enumerate(rows) if _travels(row)), default=-1)
    stayed = {rows[place]["client"] for place in goodbyes if place > last}
    return {row["client"] for row in rows} - stayed


def _sids(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the placeholder of each sid in the trace: it is named after the client that got it."""
    sids: dict[str, str] = {}
    for row in rows:
        packet = _PACKET.match(str(row["frame"]))
        if packet and packet[1] == "0" and row["direction"] == "received":
            try:
                sid = json.loads(packet[5] or "{}").get("sid")
            except (ValueError, AttributeError):
                continue
            if isinstance(sid, str) and sid:
                sids.setdefault(sid, f"‹sid of {row['client']}›")
    return sids


class _Form:
    def __init__(self, sids: Mapping[str, str], known: Collection[str]) -> None:
        self._sids, self._known = sids, known
        self._names: dict[str, dict[str, str]] = {"n": {}, "w": {}}

    def line(self, row: Mapping[str, Any]) -> str:
        mark = ">" if row["direction"] == "sent" else "<"
        frame = str(row["frame"])
        packet = _PACKET.match(frame)
        if packet is None:
            return f"{mark} {_BYTES}"
        kind, attachments, namespace, ack, data = packet.groups()
        head = f"4{kind}{f'{attachments}-' if attachments else ''}{f'{namespace},' if namespace else ''}{ack}"
        try:
            value = json.loads(data) if data else None
        except ValueError:
            return f"{mark} {head}{self._text(data)}"
        return f"{mark} {head}{self._value(value, inner=False) if data else ''}"

    def _value(self, value: Any, inner: bool = True) -> str:
        """Return a value as JSON with placeholders; a list of random words `inner` to a payload may be sorted."""
        match value:
            case dict():
                pairs = (f"{self._value(str(key))}:{self._value(item)}" for key, item in value.items())
                return "{" + ",".join(pairs) + "}"
            case list():
                items = [self._value(item) for item in value]
                return "[" + ",".join(sorted(items) if inner and _all_random(items) else items) + "]"
            case str():
                return json.dumps(self._text(value), ensure_ascii=False)
            case bool() | None:
                return json.dumps(value)
            case _:
                return str(value) if str(value) in self._known else self._placeholder("n", str(value))

    def _text(self, text: str) -> str:
        for sid, name in self._sids.items():
            text = text.replace(sid, name)
        pieces = re.split(r"(‹[^›]*›)", text)
        return "".join(piece if piece.startswith("‹") else _TOKEN.sub(self._word, piece) for piece in pieces)

    def _word(self, found: re.Match[str]) -> str:
        return found[0] if found[0] in self._known else self._placeholder("w", found[0])

    def _placeholder(self, kind: str, value: str) -> str:
        names = self._names[kind]
        return names.setdefault(value, f"‹{kind}{len(names) + 1}›")


def _all_random(items: Iterable[str]) -> bool:
    return all(_NUMBERED.fullmatch(item.strip('"')) for item in items)
