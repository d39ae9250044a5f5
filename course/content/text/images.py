"""The images of a lesson: which files may be shown, and how large they may be."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from course.content.problems import ProblemList
from course.content.text.typesetter import Reference

MAX_IMAGE_BYTES = 150 * 1024
IMAGE_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
}


def check_images(folder: Path, images: Iterable[Reference], problems: ProblemList) -> None:
    """Report every image of a text that is not in the bundle's ``images`` folder, or too large."""
    for image in images:
        path = image_file(folder, image.target.removeprefix("images/"))
        if not image.target.startswith("images/") or path is None:
            kinds = ", ".join(kind.lstrip(".") for kind in IMAGE_TYPES)
            fix = f"Put the file ({kinds}) into images/ and write images/<name>."
            problems.add(image.line, "image-missing", f"There is no image “{image.target}”.", fix)
        elif (size := path.stat().st_size) > MAX_IMAGE_BYTES:
            fix = f"Make it smaller than {MAX_IMAGE_BYTES // 1024} KB."
            problems.warn(image.line, "image-heavy", f"The image {path.name} weighs {size // 1024} KB.", fix)


def image_file(folder: Path, name: str) -> Path | None:
    """Return the file of a bundle's image, or None: only plain names of known types inside ``images`` are served."""
    if "/" in name or "\\" in name or name.startswith(".") or Path(name).suffix.lower() not in IMAGE_TYPES:
        return None
    path = folder / "images" / name
    return path if path.is_file() and not path.is_symlink() else None
