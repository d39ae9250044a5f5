"""Makes the folder of a new lesson: small, complete, and without a problem."""

from __future__ import annotations

import re
from pathlib import Path

from course.content.files import folders_in
from course.content.loader import BUNDLE


class NameRefused(ValueError):
    """A lesson can't be made under that name; the message says why."""


TEMPLATES = Path(__file__).with_name("bundle")
"""The files of the new lesson; ``{{title}}`` and ``{{slug}}`` in them are filled in."""


def make_lesson(root: Path, name: str) -> list[Path]:
    """Write a new bundle into the course and return its files.

    Args:
        root: the course's folder.
        name: two digits and a slug, such as ``08-under-the-hood``.

    Raises:
        NameRefused: there is no such course, the name does not have that form, or its number or slug is taken.
    """
    match = BUNDLE.match(name)
    if match is None:
        raise NameRefused(f"“{name}” is no name for a lesson: write two digits and a slug, such as 08-under-the-hood.")
    if not root.is_dir():
        raise NameRefused(f"There is no folder {root}. Make it, or say with COURSE_DIR where the course lies.")
    for other in (BUNDLE.match(folder.name) for folder in folders_in(root)):
        if other and (other[1] == match[1] or other[2] == match[2]):
            raise NameRefused(f"{other[0]} is there already: take another number and another slug.")
    words = {"title": match[2].replace("-", " ").capitalize(), "slug": match[2]}
    written = []
    for template in sorted(path for path in TEMPLATES.rglob("*") if path.is_file()):
        relative = template.relative_to(TEMPLATES)
        file = root / name / relative.with_name(relative.name.removesuffix(".txt"))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(re.sub(r"\{\{(\w+)\}\}", lambda found: words[found[1]], template.read_text()))
        written.append(file)
    return written
