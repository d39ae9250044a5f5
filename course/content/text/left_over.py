"""Marks that Markdown has not understood: what an author meant as formatting, and learners would read as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

CODE = frozenset({"code", "pre"})
"""What stands in these is shown as it is, on purpose."""


@dataclass(frozen=True)
class LeftOver:
    """A mark that was not understood."""

    found: str
    """The text of it, up to the end of its line."""
    message: str
    fix: str


_ESCAPE = "To show it to learners, put it between backticks."
_KINDS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), message, fix)
    for pattern, message, fix in (
        (r"<!--.*", "Learners would read this comment.", "Remove it: a lesson has no hidden text."),
        (r"</?[a-zA-Z][\w-]*(?:\s[^<>]*)?/?>", "HTML is shown as it is written here.", f"Use Markdown. {_ESCAPE}"),
        (r"\$\$.*|\\[a-zA-Z]+\{.*", "Formulas are not set here.", f"Say it in words. {_ESCAPE}"),
        (r"^(?:!!!|\?\?\?\+?) .*|^\[![A-Z]+\].*", "There are no boxes for notes here.", "Write an ordinary paragraph."),
        (r"\[\^[^\]]*\]:?.*", "There are no footnotes here.", "Say it in the text, or link to where it is said."),
        (r"\[\[.*|.*\]\]", "These brackets mark no term.", "Write [[term]] or [[word|term]], with two on each side."),
        (r"!?\[[^\[\]]*\]\s?\(.*|!\[.*", "This is no link and no picture.", "Write [words](address) without a break."),
        (r"\*\*.*|~~.*", "These marks have no partner.", f"Close them in the same paragraph: **so**. {_ESCAPE}"),
        (r"^\s*\|.*", "This is no table.", "Leave a line empty above it, and write |---|---| below its head."),
        (
            r"(?<=\n)[ \t]*(?:[-*+]|\d+[.)])[ \t]+\S.*",
            "A list right below a paragraph is no list.",
            "Leave a line empty above it.",
        ),
        (r"(?<=\n)#{1,6} .*", "A heading right below a paragraph is no heading.", "Leave a line empty above it."),
        (r"\{[.:#][^}\n]*\}", "Attributes in braces are not understood.", "Remove the braces and what they hold."),
    )
)


def left_over(root: Element) -> Iterator[LeftOver]:
    """Yield one mark for each kind and element of a rendered text; code is not looked at."""
    for element in root:
        if element.tag in CODE:
            continue
        text = _own_text(element)
        for pattern, message, fix in _KINDS:
            if mark := pattern.search(text):
                yield LeftOver(mark[0].strip(), message, fix)
                break
        else:
            yield from left_over(element)


def _own_text(element: Element) -> str:
    """Return the text of an element and of the marks inside it, without code and without the blocks inside."""
    parts = [element.text or ""]
    for child in element:
        if child.tag in _INLINE:
            parts.append(_own_text(child))
        elif child.tag in CODE:
            parts.append("\N{OBJECT REPLACEMENT CHARACTER}")
        parts.append(child.tail or "")
    return "".join(parts)


_INLINE = frozenset({"a", "em", "strong", "del", "span", "br"})
