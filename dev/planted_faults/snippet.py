"""Finds a piece of code by its characters alone: also after its file was moved or reformatted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

PRODUCT = (
    *("course", "static/js", "static/css", "templates", "lessons"),
    *("app.py", "gunicorn.conf.py", "frontend/build.mjs"),
)
"""The files that a learner, an author or an operator gets: faults are planted only here."""

WRITTEN_BY_HAND = frozenset(".css .html .js .json .md .mjs .py .template .toml .txt".split())


def product_files(root: Path) -> Iterator[Path]:
    """Yield the files of the product, in order. Tests beside the lessons are left out."""
    for name in PRODUCT:
        place = root / name
        for file in [place] if place.is_file() else sorted(place.rglob("*")):
            parts = file.relative_to(root).parts
            if file.suffix in WRITTEN_BY_HAND and file.is_file() and not {"claims", "__pycache__"} & set(parts):
                yield file


class Product:
    """The files of one tree as they are, and squeezed: without any white space."""

    def __init__(self, root: Path) -> None:
        self._texts = {file: file.read_text(encoding="utf-8") for file in product_files(root)}
        self._squeezed = {file: squeezed(text) for file, text in self._texts.items()}

    def places(self, find: str) -> list[Path]:
        """Return the file of each place where `find` occurs."""
        wanted = squeezed(find)
        return [file for file, text in self._squeezed.items() for _ in range(text.count(wanted) if wanted else 0)]

    def with_fault(self, file: Path, find: str, replace: str) -> str:
        """Return the text of `file` with `replace` in place of `find`."""
        return replaced(self._texts[file], find, replace)


def squeezed(text: str) -> str:
    """Return `text` without its white space."""
    return "".join(text.split())


def replaced(text: str, find: str, replace: str) -> str:
    """Put `replace` in place of `find`, which occurs once in `text`, whatever white space is between its characters.

    Raises:
        ValueError: it does not occur there.
    """
    letters = [place for place, letter in enumerate(text) if not letter.isspace()]
    wanted = squeezed(find)
    begin = squeezed(text).index(wanted)
    return text[: letters[begin]] + replace + text[letters[begin + len(wanted) - 1] + 1 :]
