"""Links, and exercises of other lessons: what can only be checked once every lesson is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from course.content.lesson.bundle import Bundle, BundleLink
from course.content.problems import ProblemList

_SITE_LINK = re.compile(r"^/lessons/([a-z0-9-]+)(?:/([a-z0-9-]+))?/?(?:#(.*))?$")
_GLOSSARY_LINK = re.compile(r"^/glossary/?(?:#(.*))?$")
_OUTSIDE = re.compile(r"^(?:https?://[^\s/]+\S*|mailto:\S+@\S+)$")
_OTHER_PAGES = ("/", "/playground", "/playground/", "/lessons/playground/", "/reference", "/reference/", "/me/")


class CourseLinks:
    """Every address that a text of the course may name."""

    def __init__(self, bundles: Sequence[Bundle], glossary: Collection[str], problems: ProblemList) -> None:
        """`glossary` holds the anchors of its entries."""
        self.bundles: Mapping[str, Bundle] = {bundle.slug: bundle for bundle in bundles}
        self.glossary, self.problems = glossary, problems

    def check(self, bundle: Bundle) -> None:
        """Report what a bundle links to, or offers, that does not exist."""
        for link in bundle.links:
            self.check_link(link, bundle.anchors)
        for offered in bundle.offered:
            other = self.bundles.get(offered.lesson)
            if other is None or offered.exercise not in other.exercises:
                name = f"{offered.lesson}/{offered.exercise}"
                fix = "Write ::: exercise <lesson>/<exercise>, or only the exercise's name when it is in this folder."
                file = self.problems.beside(bundle.file)
                file.warn(offered.line, "exercise-missing", f"There is no exercise “{name}”.", fix)

    def check_link(self, link: BundleLink, anchors: Collection[str]) -> None:
        """Report a link that leads nowhere; `anchors` are those of the page it is on."""
        problem = self._dead(link.target, anchors)
        if problem:
            fix = "Link to /lessons/<slug>/, to #a-heading, or to a whole https:// address."
            self.problems.beside(link.file).warn(link.line, "dead-link", problem, fix)

    def _dead(self, target: str, anchors: Collection[str]) -> str:
        """Return what is wrong with a link, or nothing."""
        if _OUTSIDE.match(target) or target in _OTHER_PAGES:
            return ""
        if target.startswith("#"):
            return "" if target[1:] in anchors else f"There is no heading “{target}” in this lesson."
        if entry := _GLOSSARY_LINK.match(target):
            found = not entry[1] or entry[1] in self.glossary
            return "" if found else f"“{target}”: the glossary has no such entry."
        match = _SITE_LINK.match(target)
        other = self.bundles.get(match[1]) if match else None
        if match is None or other is None:
            return f"The link “{target}” leads nowhere."
        if match[2] and match[2] not in other.exercises:
            return f"“{target}”: that lesson has no such exercise."
        if match[3] and match[3] not in other.anchors:
            return f"“{target}”: that page has no such heading."
        return ""
