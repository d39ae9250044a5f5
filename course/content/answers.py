"""Marking an answer: pure, the same for the page, the socket and the tests."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal, InvalidOperation

from course.content.model import Question, QuestionKind

MAX_ANSWER_LENGTH = 200
"""Characters of a written answer that are looked at."""

_QUOTES = "\"'`“”‘’"


def normalised(kind: QuestionKind, text: str) -> str:
    """Return a written answer in the form in which answers are compared; empty when it is none.

    Text: case, surrounding quotes, a final full stop and the amount of white space do not matter.
    Numbers: ``3``, ``3.0`` and `` 3,0`` are the same.
    """
    text = " ".join(text[:MAX_ANSWER_LENGTH].split())
    if kind == "number":
        return _number(text)
    return text.rstrip(".").strip().strip(_QUOTES).strip().casefold()


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


def is_right(question: Question, choices: Collection[str] = (), text: str = "") -> bool:
    """Say whether the answer is wholly right: exactly the right options, or an accepted text or number."""
    if question.kind in ("text", "number"):
        return normalised(question.kind, text) in question.accepted
    return set(choices) == {option.id for option in question.options if option.correct}
