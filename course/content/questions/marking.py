"""Marking an answer: pure, the same for the page, the socket and the tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation

from course.content.pieces import Question, QuestionKind

MAX_ANSWER_LENGTH = 200
"""How many characters of a written answer are read."""

MOST_TIMES = 9
"""The highest number of times that an answer may say a client hears an event."""

_QUOTES = "\"'`“”‘’"


def normalised(kind: QuestionKind, text: str) -> str:
    """Return a written answer in the form in which answers are compared; empty when it is none.

    Text: case, surrounding quotes, a final full stop and the amount of white space do not matter.
    Numbers: ``3``, ``3.0`` and `` 3,0`` are the same.
    """
    return _number(" ".join(text[:MAX_ANSWER_LENGTH].split())) if kind == "number" else _bare(text).casefold()


def accepted_form(kind: QuestionKind, text: str) -> str:
    """Return an answer that an author accepts in the form in which it is compared; empty when it is not a valid one.

    A text in backticks is code: case matters there, so the backticks are kept.
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
    """Return how often each client hears the event of a delivery question, according to the choices.

    A choice is a client, which then hears it once, or a client, a colon and a number: ``B:2``.

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
    """Return whether the answer is completely right: exactly the right options, or an accepted text or number.

    Raises:
        ValueError: the choices are not valid for a delivery question, see `receptions`.
    """
    if question.kind in ("text", "number"):
        return normalised(question.kind, text) in question.accepted or f"`{_bare(text)}`" in question.accepted
    if question.kind == "delivery":
        return receptions(choices) == {option.id: option.times for option in question.options if option.times}
    return set(choices) == {option.id for option in question.options if option.correct}
