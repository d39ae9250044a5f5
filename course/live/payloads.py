"""What pages send is hostile until it is checked here: a reader returns a checked value or raises `Refused`."""

from __future__ import annotations

from typing import Any

from course.learning.refused import Refused
from course.program import Files
from course.sandbox.client_faults import Fault, FaultRefused

NAME_CHARACTERS = 80
TEXT_CHARACTERS = 2000
CHOICES_AT_MOST = 20


def payload_of(args: tuple[Any, ...]) -> dict[str, Any]:
    """Return the one object that every request carries; a request without arguments carries an empty one."""
    if not args:
        return {}
    if len(args) > 1 or not isinstance(args[0], dict):
        raise bad("A request carries exactly one object.")
    return args[0]


def name(payload: dict[str, Any], field: str) -> str:
    """Return a slug or an id."""
    value = payload.get(field)
    if not isinstance(value, str) or not 0 < len(value) <= NAME_CHARACTERS or not _clean(value):
        raise bad(f"“{field}” must be a name of at most {NAME_CHARACTERS} characters.")
    return value


def optional_name(payload: dict[str, Any], field: str) -> str | None:
    """Return a slug or an id, or None when there is none."""
    return None if payload.get(field) is None else name(payload, field)


def flag(payload: dict[str, Any], field: str) -> bool:
    """Return a boolean; a missing one is False."""
    value = payload.get(field, False)
    if not isinstance(value, bool):
        raise bad(f"“{field}” must be true or false.")
    return value


def text(payload: dict[str, Any], field: str) -> str:
    """Return free text; a missing one is empty."""
    value = payload.get(field, "")
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > TEXT_CHARACTERS or not _clean(value):
        raise bad(f"“{field}” must be text of at most {TEXT_CHARACTERS} characters.")
    return value


def names(payload: dict[str, Any], field: str) -> tuple[str, ...]:
    """Return a list of ids; a missing one is empty."""
    value = payload.get(field, [])
    if not isinstance(value, list) or len(value) > CHOICES_AT_MOST:
        raise bad(f"“{field}” must be a list of at most {CHOICES_AT_MOST} names.")
    return tuple(name({field: item}, field) for item in value)


def number(payload: dict[str, Any], field: str, *, missing: int | None = None) -> int:
    """Return a whole number; if there is none, `missing`, if that is given."""
    value = payload.get(field)
    if value is None and missing is not None:
        return missing
    if not isinstance(value, int) or isinstance(value, bool) or not -1 < value < 2**31:
        raise bad(f"“{field}” must be a whole number.")
    return value


def optional_number(payload: dict[str, Any], field: str) -> int | None:
    """Return a whole number, or None when there is none."""
    return None if payload.get(field) is None else number(payload, field)


def files(payload: dict[str, Any]) -> Files:
    """Return the program's files as name → text; `course.learning.programs` checks names and sizes."""
    value = payload.get("files")
    if not isinstance(value, dict):
        raise bad("“files” must be an object of file names and texts.")
    for key, source in value.items():
        if not isinstance(source, str) or not _clean(source):
            raise bad(f"The file {key[:40]!r} is not plain text.")
    return dict(value)


def fault(payload: dict[str, Any]) -> Fault:
    """Return a fault of one client; `well` without a client means everybody's."""
    kind, direction = payload.get("kind"), payload.get("direction", "")
    client = payload.get("client", "")
    amount = payload.get("amount", 0)
    if not isinstance(kind, str) or not isinstance(client, str) or not isinstance(direction, str):
        raise bad("“kind”, “client” and “direction” must be text.")
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise bad("“amount” must be a whole number.")
    try:
        return Fault(client, kind, amount, direction)  # type: ignore[arg-type]  # it checks them itself
    except FaultRefused as refusal:
        raise bad(str(refusal)) from refusal


def bad(message: str) -> Refused:
    """Return the refusal of a payload that no page of ours would send."""
    return Refused("bad_payload", message)


def _clean(value: str) -> bool:
    """Return whether the text can be stored: no NUL, and no half of a surrogate pair (JSON allows both)."""
    if "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
