"""The course on disk → a frozen `Course`: every lesson that is whole, and every problem of the others."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from course.content.bundle import Bundle, BundleLink, read_bundle
from course.content.findings import Findings
from course.content.model import PLAYGROUND, Course, Lesson
from course.content.programs import read_program, read_text

BUNDLE = re.compile(r"^(\d\d)-([a-z0-9]+(?:-[a-z0-9]+)*)$")
COURSE_FILE = "course.toml"

_COURSE_KEYS = {"title", "tagline", "playground"}
_SITE_LINK = re.compile(r"^/lessons/([a-z0-9-]+)(?:/([a-z0-9-]+))?/?(?:#(.*))?$")
_OUTSIDE = re.compile(r"^(?:https?://[^\s/]+\S*|mailto:\S+@\S+)$")


def load_course(root: Path) -> Course:
    """Read the course in `root`. Never raises for an author's mistake: see ``Course.problems``."""
    findings = Findings(COURSE_FILE)
    settings = _settings(root, findings)
    bundles = _bundles(root, findings)
    for bundle in bundles:
        _check_links(bundle, bundles, findings)
    lessons: list[Lesson] = [bundle.lesson for bundle in bundles if bundle.lesson is not None]
    return Course(
        title=str(settings.get("title", "")),
        tagline=str(settings.get("tagline", "")),
        lessons=tuple(sorted(lessons, key=lambda lesson: lesson.number)),
        playground=_playground(root, settings, findings),
        problems=tuple(sorted(findings.problems)),
        root=root,
    )


def _settings(root: Path, findings: Findings) -> dict[str, Any]:
    source = read_text(root / COURSE_FILE, findings)
    if source is None:
        return {}
    try:
        settings = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"line (\d+)", str(error))
        line = int(match[1]) if match else 1
        findings.add(line, "course-file", f"This is not valid TOML: {error}.", 'Write one key = "value" a line.')
        return {}
    for key in ("title", "tagline"):
        if not isinstance(settings.get(key), str) or not settings[key].strip():
            findings.add(1, "course-key", f"“{key}” is missing.", f'Add a line {key} = "…".')
    for key in settings.keys() - _COURSE_KEYS:
        fix = "The keys are: " + ", ".join(sorted(_COURSE_KEYS)) + "."
        findings.add(_line_of(source, key), "unknown-key", f"There is no key “{key}”.", fix)
    return settings


def _line_of(source: str, key: str) -> int:
    pattern = re.compile(rf"^\s*\[?\[?\"?{re.escape(key)}\b")
    return next((number for number, line in enumerate(source.split("\n"), 1) if pattern.match(line)), 1)


def _playground(root: Path, settings: Mapping[str, Any], findings: Findings) -> dict[str, str]:
    table = settings.get("playground", {})
    server = table.get("server") if isinstance(table, dict) else None
    if not isinstance(server, str) or not server.endswith("/server.py") or ".." in server:
        fix = 'Add [playground] with server = "playground/server.py".'
        findings.add(1, "course-key", "The playground has no program.", fix)
        return {}
    folder = server.removesuffix("/server.py")
    return read_program(root / folder, findings.beside(folder)) or {}


def _bundles(root: Path, findings: Findings) -> list[Bundle]:
    bundles: list[Bundle] = []
    taken: dict[str, str] = {}
    for folder in sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else ():
        here = findings.beside(folder.name)
        match = BUNDLE.match(folder.name)
        if match is None:
            if (folder / "lesson.md").exists():
                fix = "Name the folder with two digits and a slug: 03-listening-to-events."
                here.add(1, "bundle-name", f"“{folder.name}” is no name for a lesson.", fix)
            continue
        number, slug = match.groups()
        for name in (number, slug):
            other = taken.setdefault(name, folder.name)
            if other != folder.name:
                fix = "Give this one a number and a name of its own."
                here.add(1, "duplicate-id", f"{other} has “{name}” already.", fix)
        if slug == PLAYGROUND:
            here.add(1, "bundle-name", "“playground” is a page of its own.", "Give the lesson another name.")
        elif taken[number] == taken[slug] == folder.name:
            bundles.append(read_bundle(folder, int(number), slug, here))
    return bundles


def _check_links(bundle: Bundle, bundles: Sequence[Bundle], findings: Findings) -> None:
    for link in bundle.links:
        problem = _dead(link, bundle, {other.slug: other for other in bundles})
        if problem:
            fix = "Link to /lessons/<slug>/, to #a-heading, or to a whole https:// address."
            findings.beside(link.file).warn(link.line, "dead-link", problem, fix)


def _dead(link: BundleLink, bundle: Bundle, bundles: Mapping[str, Bundle]) -> str:
    """Return what is wrong with a link, or nothing."""
    target = link.target
    if _OUTSIDE.match(target) or target in ("/", "/playground", "/playground/", "/lessons/playground/"):
        return ""
    if target.startswith("#"):
        found = target[1:] in bundle.anchors
        return "" if found else f"There is no heading “{target}” in this lesson."
    match = _SITE_LINK.match(target)
    other = bundles.get(match[1]) if match else None
    if match is None or other is None:
        return f"The link “{target}” leads nowhere."
    if match[2] and match[2] not in other.exercises:
        return f"“{target}”: that lesson has no such exercise."
    if match[3] and match[3] not in other.anchors:
        return f"“{target}”: that page has no such heading."
    return ""
