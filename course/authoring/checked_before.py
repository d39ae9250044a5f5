"""Which programs were found to be right before: those whose files are as they were need not run again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from course.content.files import files_below

ROOT = Path(__file__).resolve().parents[2]
MACHINERY = ("course", "requirements.txt")
"""What decides, beside the programs' own files, what is found: our code and the versions of the libraries."""
KEPT_AT_MOST = 5000


class CheckedBefore:
    """Hashes of what was run and found to be right, kept in a file. Only a file that is damaged or gone is empty.

    Args:
        file: where they are kept.
        again: hold nothing to be right before it has run once more.
    """

    def __init__(self, file: Path, *, again: bool = False) -> None:
        self._file = file
        self._again = again
        self._known = _read(file)
        self._new: dict[str, None] = {}

    def holds(self, key: str) -> bool:
        """Return whether what `key` stands for was found to be right; it is remembered for the next time."""
        if self._again or key not in self._known:
            return False
        self._new[key] = None
        return True

    def add(self, key: str) -> None:
        """Remember that what `key` stands for is right."""
        self._new[key] = None

    def keep(self) -> None:
        """Write down what is known now, the newest last; harmless where nothing can be written."""
        merged = [key for key in self._known if key not in self._new] + list(self._new)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(json.dumps(merged[-KEPT_AT_MOST:]))
        except OSError:
            return


def key_of(*parts: object) -> str:
    """Return a key that changes with any of the parts, and with the machinery that runs them.

    Mappings, sequences, texts, numbers and None may be parts.
    """
    return hashlib.sha256(json.dumps([machinery(), *map(_plain, parts)]).encode()).hexdigest()[:32]


@cache
def machinery() -> str:
    """Return a hash of everything that decides what is found, apart from the programs."""
    digest = hashlib.sha256()
    for name in MACHINERY:
        for path in [ROOT / name] if (ROOT / name).is_file() else sorted(files_below(ROOT / name)):
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _plain(part: object) -> object:
    if isinstance(part, Mapping):
        return sorted((str(key), _plain(value)) for key, value in part.items())
    if isinstance(part, Sequence) and not isinstance(part, str):
        return [_plain(item) for item in part]
    return part


def _read(file: Path) -> dict[str, None]:
    try:
        kept = json.loads(file.read_text())
        return dict.fromkeys(key for key in kept if isinstance(key, str)) if isinstance(kept, list) else {}
    except (OSError, ValueError):
        return {}
