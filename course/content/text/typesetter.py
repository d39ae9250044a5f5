"""Markdown → HTML that is safe to place in a page: no raw HTML, no script, no inline style.

Authors are trusted more than learners, but a pasted snippet must not be able to break a page or its Content
Security Policy, so the output of Python-Markdown is sanitised nevertheless.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

import markdown as python_markdown
import nh3
from markdown.extensions import Extension
from markdown.extensions.toc import slugify, unique
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from course.content.problems import ProblemList
from course.content.text.element_lines import lines_of
from course.content.text.highlight import CSS_CLASS, only_coloured
from course.content.text.left_over import LeftOver, left_over


@dataclass(frozen=True)
class Heading:
    """A heading of a text, and its anchor."""

    id: str
    title: str
    level: int


TAGS = frozenset(
    "a blockquote br code del div em h2 h3 h4 hr img li ol p pre span strong table tbody td th thead tr ul".split()
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "h2": {"id"},
    "h3": {"id"},
    "h4": {"id"},
    "ol": {"start"},
    "th": {"align"},
    "td": {"align"},
    **{tag: {"class"} for tag in ("div", "span", "code", "p")},
}
_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
    url_schemes={"http", "https", "mailto"},
    allowed_classes={"a": {"term"}},
    set_tag_attribute_values={"pre": {"tabindex": "0"}},
)
_ONE_PARAGRAPH = re.compile(r"\A<p>((?:(?!</?p>).)*)</p>\s*\Z", re.DOTALL)
_CODE = re.compile(r"<code.*?</code>", re.DOTALL)
_MARK = re.compile(r"\[\s*[xX✓✔]?\s*\]")
_BAR = "\x1f"
"""Takes the place of the bar in a term while tables are cut into cells."""
_BARRED = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)|\[\[[^\[\]|]+\|[^\[\]|]+\]\]")
_TERM = rf"\[\[([^\[\]|{_BAR}\n]+)(?:[|{_BAR}]([^\[\]|{_BAR}\n]+))?\]\]"
_ALIGN_STYLE = re.compile(r"text-align:\s*(left|right|center)")


@dataclass(frozen=True)
class Reference:
    """A link's or an image's target, and the line it is on."""

    target: str
    line: int
    file: str
    """Relative to the course folder."""


@dataclass
class Typesetter:
    """Renders the pieces of one lesson, so that heading ids are unique in it; collects what must be checked later."""

    problems: ProblemList
    image_address: str = "images/"
    """Put before an image's file name: where the site serves the lesson's ``images`` folder."""
    headings: list[Heading] = field(default_factory=list)
    links: list[Reference] = field(default_factory=list)
    images: list[Reference] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    terms: Mapping[str, str] = field(default_factory=dict)
    """Every form of a term of the glossary, in lower case, with its anchor there."""
    anchor_prefix: str = ""
    """Put before the ids of headings, where texts of several lessons share a page."""

    def block(self, text: str, line: int, problems: ProblemList | None = None) -> str:
        """Return `text`, which begins on `line`, as sanitised HTML blocks."""
        return self.prose(text, line, problems)[0]

    def prose(self, text: str, line: int, problems: ProblemList | None = None) -> tuple[str, tuple[int, ...]]:
        """Return `text`, which begins on `line`, as sanitised HTML blocks, with the line on which each begins."""
        converted, starts = _reader.convert(self, text, line, problems or self.problems)
        html = only_coloured(clean(converted))
        if _MARK.search(_CODE.sub("", html)):
            # The scanner checks lines; this checks what a reader would see, whatever Markdown made of the lines.
            (problems or self.problems).add(
                line,
                "stray-key",
                "The text shows an option's mark.",
                "Put it inside a question or predict block; write [x] that is code in backticks.",
            )
            return "", (line,)
        return html, starts

    def inline(self, text: str, line: int, problems: ProblemList | None = None) -> str:
        """Return `text` without its ``<p>`` when it is a single paragraph: for labels and list items."""
        html = self.block(text, line, problems)
        match = _ONE_PARAGRAPH.match(html)
        return match[1] if match else html


def clean(html: str) -> str:
    """Return `html` with only the tags and attributes that lessons use."""
    return _CLEANER.clean(html)


class _Collector(Extension):
    """Takes raw HTML out of the language and walks each tree for headings, links and images."""

    typesetter: Typesetter
    problems: ProblemList
    lines: list[str]
    first: int
    starts: tuple[int, ...]

    def begin(self, typesetter: Typesetter, text: str, line: int, problems: ProblemList) -> None:
        """Start on another text."""
        self.typesetter, self.problems = typesetter, problems
        self.lines, self.first = text.split("\n"), line
        self.starts = ()

    def extendMarkdown(self, md: python_markdown.Markdown) -> None:
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.preprocessors.register(_KeepBars(md), "duplex_bars", 20)
        md.inlinePatterns.register(_TermPattern(self, md), "duplex_term", 175)
        md.treeprocessors.register(_Walk(self, md), "duplex_walk", 1)

    def find(self, *needles: str) -> int:
        """Return the line that holds one of the needles; the piece's first line when none is found."""
        for number, line in enumerate(self.lines, self.first):
            if any(needle in line for needle in needles):
                return number
        return self.first

    def heading(self, element: Element) -> None:
        title = " ".join("".join(element.itertext()).split())
        level = int(element.tag[1])
        line = self.find(title, "#" * level + " ")
        above = self.typesetter.headings[-1].level if self.typesetter.headings else 1
        if level == 1 or level > 4 or level > above + 1:
            self.problems.add(
                line,
                "heading-level",
                f"“{title}” is a heading of level {level}, below one of level {above}.",
                "The title is level 1 already: use ## for sections, ### inside them, and skip no level.",
            )
        anchor = unique(self.typesetter.anchor_prefix + slugify(title, "-"), self.typesetter.anchors)
        element.set("id", anchor)
        self.typesetter.headings.append(Heading(anchor, title, level))

    def term(self, shown: str, name: str) -> Element | str:
        anchor = self.typesetter.terms.get(name.casefold())
        if anchor is None:
            self.problems.warn(
                self.find(f"[[{shown}", name),
                "unknown-term",
                f"The glossary does not explain “{name}”.",
                f"Add “## {name}” to glossary.md, name an entry of it ([[{shown}|entry]]), or take the brackets away.",
            )
            return shown
        element = Element("a", {"class": "term", "href": f"/glossary/#{anchor}"})
        element.text = shown
        return element

    def left_over(self, mark: LeftOver) -> None:
        first = mark.found.split("\n")[0]
        needle = max(first.split("\N{OBJECT REPLACEMENT CHARACTER}"), key=len).strip()
        shown = first if len(first) <= 40 else f"{first[:40]}…"
        line = self.find(first, needle, needle[:12])
        self.problems.warn(line, "markup-left-over", f"“{shown}”: {mark.message}", mark.fix)

    def link(self, element: Element) -> None:
        target = element.get("href", "")
        line = self.find(f"]({target}", f"<{target}>", target)
        self.typesetter.links.append(Reference(target, line, self.problems.file))

    def image(self, element: Element) -> None:
        source, alt = element.get("src", ""), element.get("alt", "").strip()
        line = self.find(f"]({source}", source)
        if not alt or alt.lower() == source.rpartition("/")[2].lower():
            self.problems.add(
                line,
                "image-alt",
                f"The image {source} has no words for those who can't see it.",
                "Write what the picture shows: ![Three clients around one server](images/…).",
            )
        self.typesetter.images.append(Reference(source, line, self.problems.file))
        if source.startswith("images/"):
            element.set("src", self.typesetter.image_address + source.removeprefix("images/"))


class _Walk(Treeprocessor):
    def __init__(self, collector: _Collector, md: python_markdown.Markdown) -> None:
        super().__init__(md)
        self.collector = collector

    def run(self, root: Element) -> None:
        texts = ["".join(element.itertext()) for element in root]
        self.collector.starts = lines_of(texts, self.collector.lines, self.collector.first)
        for mark in left_over(root):
            self.collector.left_over(mark)
        for element in root.iter():
            if re.fullmatch("h[1-6]", element.tag):
                self.collector.heading(element)
            elif element.tag == "a" and element.get("class") != "term":
                self.collector.link(element)
            elif element.tag == "img":
                self.collector.image(element)
            elif element.tag in ("th", "td") and (match := _ALIGN_STYLE.search(element.attrib.pop("style", ""))):
                element.set("align", match[1])
            if element.tag == "th" and not (len(element) or (element.text or "").strip()):
                element.tag = "td"  # a table's corner heads nothing; an empty heading is confusing when read aloud


class _KeepBars(Preprocessor):
    """Keeps the bar of ``[[word|term]]`` from ending a table's cell. Code fences are out of the text already."""

    def run(self, lines: list[str]) -> list[str]:
        return [
            _BARRED.sub(lambda found: found[0] if found[1] else found[0].replace("|", _BAR), line) for line in lines
        ]


class _TermPattern(InlineProcessor):
    """``[[term]]`` and ``[[word|term]]``."""

    def __init__(self, collector: _Collector, md: python_markdown.Markdown) -> None:
        super().__init__(_TERM, md)
        self.collector = collector

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element | str, int, int]:  # type: ignore[override]
        shown = m[1].strip()
        return self.collector.term(shown, (m[2] or shown).strip()), m.start(0), m.end(0)


class _Reader(threading.local):
    """Python-Markdown with our extensions: one per thread, since making it takes longer than rendering a paragraph."""

    def __init__(self) -> None:
        self._collector = _Collector()
        self._markdown = python_markdown.Markdown(
            extensions=[
                "tables",
                "sane_lists",
                "pymdownx.superfences",
                "pymdownx.highlight",
                "pymdownx.tilde",
                self._collector,
            ],
            extension_configs={
                "pymdownx.highlight": {"css_class": CSS_CLASS, "guess_lang": False, "pygments_lang_class": False},
                "pymdownx.tilde": {"subscript": False},
            },
            output_format="html",
        )

    def convert(
        self, typesetter: Typesetter, text: str, line: int, problems: ProblemList
    ) -> tuple[str, tuple[int, ...]]:
        """Return HTML that is not sanitised yet, and the line of each element; what must be checked is noted."""
        self._collector.begin(typesetter, text, line, problems)
        html: str = self._markdown.reset().convert(text)
        return html, self._collector.starts


_reader = _Reader()
