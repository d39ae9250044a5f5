"""The line of a text on which each paragraph, list, table or fence begins: Markdown itself does not keep lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from course.content.text.fences import FenceReader

WORDS_COMPARED = 4
_WORD = re.compile(r"\w+")
_MARKER = re.compile(r"^[\s>#*+|-]*(?:\d+[.)]\s+)?")
_STASHED_FENCE = "wzxhzdk"
"""Python-Markdown puts this into the tree in place of a fence."""


@dataclass(frozen=True)
class _Beginning:
    """A line on which an element may begin."""

    line: int
    words: tuple[str, ...]
    is_fence: bool


def lines_of(texts: Sequence[str], lines: Sequence[str], first: int) -> tuple[int, ...]:
    """Return the line on which each of the elements begins, as far as their words show it; lines never go back.

    Args:
        texts: the text of each element, in order, without markup.
        lines: the Markdown that they were made from.
        first: the line of the file on which it begins.
    """
    left = _beginnings(lines, first)
    last = first
    found = []
    for text in texts:
        place = _place(text, left)
        if place < len(left):
            last = left[place].line
        found.append(last)
        left = left[place + 1 :]
    return tuple(found)


def _place(text: str, left: Sequence[_Beginning]) -> int:
    if _STASHED_FENCE in text:
        return next((place for place, each in enumerate(left) if each.is_fence), 0)
    words = _words(text)
    for count in range(len(words), min(len(words), 2) - 1, -1):  # a link's address may be between the words
        for place, each in enumerate(left):
            if count and each.words[:count] == words[:count]:
                return place
    return 0


def _beginnings(lines: Sequence[str], first: int) -> list[_Beginning]:
    found = []
    fence = FenceReader()
    after_gap = True
    for number, line in enumerate(lines, first):
        was_open = fence.open is not None
        if fence.feed(line, number):
            if not was_open:
                found.append(_Beginning(number, (), is_fence=True))
            after_gap = True
            continue
        is_heading = line.startswith("#")
        if line.strip() and (after_gap or is_heading):
            found.append(_Beginning(number, _words(_MARKER.sub("", line)), is_fence=False))
        after_gap = is_heading or not line.strip()
    return found


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text)[:WORDS_COMPARED])
