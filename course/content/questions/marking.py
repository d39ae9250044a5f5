"""Marking an answer: pure, the same for the page, the socket and the tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation

from course.content.pieces import Question, QuestionKind

MAX_ANSWER_LENGTH = 200
"""Characters of a written answer that are looked at."""

MOST_TIMES = 9
"""How often a client may be said to hear an event."""

_QUOTES = "\"'`“”‘’"


def normalised(kind: QuestionKind, text: str) -> str:
    """Return a written answer in the form in which answers are compared; empty when it is none.

    Text: case, surrounding quotes, a final full stop and the amount of white space do not matter.
    Numbers: ``3``, ``3.0`` and `` 3,0`` are the same.
    """
    return _number(" ".join(text[:MAX_ANSWER_LENGTH].split())) if kind == "number" else _bare(text).casefold()


def accepted_form(kind: QuestionKind, text: str) -> str:
    """Return an answer that an author accepts in the form in which it is compared; empty when it is none.

    A text in backticks is code: there, case matters, and so it keeps them.
    """
    is_code = kind == "text" and len(text) > 2 and text.startswith("`") and text.endswith("`")
    return f"`{_bare(text)}`" if is_code else normalised(kind, text)


def _bare(text: str) -> str:
    return " ".join(text[:MAX_ANSWER_LENGTH].split()).rstrip(".").strip().strip(_QUOTES).strip()


def _number(text: str) -> str:
    try:
        value = Decimal(text.strip(_QUOTES).replace(" ", "").replace("\N{MINUS SIGN}", "-").replace(",", "."))
    except InvalidOperation:
        return ""
    if not value.is_finite() or abs(value.adjusted()) > MAX_ANSWER_LENGTH:
        return ""
    plain = format(value, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain == "-0" else plain


def receptions(choices: Collection[str]) -> Mapping[str, int]:
    """Return how often each client was said to hear the event of a delivery question.

    A choice is a client, who hears it once, or a client, a colon and a number: ``B:2``.

    Raises:
        ValueError: a choice is neither, or a client is named twice.
    """
    said: dict[str, int] = {}
    for choice in choices:
        client, colon, times = choice.partition(":")
        if client in said or (colon and not (times.isascii() and times.isdigit() and 0 < int(times) <= MOST_TIMES)):
            raise ValueError(f"{choice!r} does not say who hears how often")
        said[client] = int(times) if colon else 1
    return said


def is_right(question: Question, choices: Collection[str] = (), text: str = "") -> bool:
    """Say whether the answer is wholly right: exactly the right options, or an accepted text or number.

    Raises:
        ValueError: the choices of a delivery question are none, see `receptions`.
    """
    if question.kind in ("text", "number"):
        return normalised(question.kind, text) in question.accepted or f"`{_bare(text)}`" in question.accepted
    if question.kind == "delivery":
        return receptions(choices) == {option.id: option.times for option in question.options if option.times}
    return set(choices) == {option.id for option in question.options if option.correct}
