"""Markdown → HTML that is safe to place in a page: no raw HTML, no script, no inline style.

Authors are trusted more than learners, but a pasted snippet must not be able to break a page or its Content
Security Policy, so what Python-Markdown makes is sanitised all the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

import markdown as python_markdown
import nh3
from markdown.extensions import Extension
from markdown.extensions.toc import slugify, unique
from markdown.treeprocessors import Treeprocessor

from course.content.findings import Findings
from course.content.highlight import CSS_CLASS
from course.content.model import Heading

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
_ONE_PARAGRAPH = re.compile(r"\A<p>((?:(?!</?p>).)*)</p>\s*\Z", re.DOTALL)
_CODE = re.compile(r"<code.*?</code>", re.DOTALL)
_MARK = re.compile(r"\[\s*[xX✓✔]?\s*\]")
_ALIGN_STYLE = re.compile(r"text-align:\s*(left|right|center)")


@dataclass(frozen=True)
class Reference:
    """A link's or an image's target, and the line it stands on."""

    target: str
    line: int


@dataclass
class Typesetter:
    """Renders the pieces of one lesson, so that heading ids are unique in it; gathers what must be checked later."""

    findings: Findings
    image_address: str = "images/"
    """Put before an image's file name: where the site serves the lesson's ``images`` folder."""
    headings: list[Heading] = field(default_factory=list)
    links: list[Reference] = field(default_factory=list)
    images: list[Reference] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def block(self, text: str, line: int, findings: Findings | None = None) -> str:
        """Return `text`, which begins on `line`, as sanitised HTML blocks."""
        collector = _Collector(self, text, line, findings or self.findings)
        reader = python_markdown.Markdown(
            extensions=[
                "tables",
                "sane_lists",
                "pymdownx.superfences",
                "pymdownx.highlight",
                "pymdownx.tilde",
                collector,
            ],
            extension_configs={
                "pymdownx.highlight": {"css_class": CSS_CLASS, "guess_lang": False, "pygments_lang_class": False},
                "pymdownx.tilde": {"subscript": False},
            },
            output_format="html",
        )
        html = clean(reader.convert(text))
        if _MARK.search(_CODE.sub("", html)):
            # The scanner looks at lines; this looks at what a reader would see, whatever Markdown made of them.
            (findings or self.findings).add(
                line,
                "stray-key",
                "The text shows an option's mark.",
                "Put it inside a question or predict block; write [x] that is code in backticks.",
            )
            return ""
        return html

    def inline(self, text: str, line: int, findings: Findings | None = None) -> str:
        """Return `text` without its ``<p>`` when it is a single paragraph: for labels and list items."""
        html = self.block(text, line, findings)
        match = _ONE_PARAGRAPH.match(html)
        return match[1] if match else html


def clean(html: str) -> str:
    """Return `html` with nothing in it but the tags and attributes that lessons use."""
    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto"},
        set_tag_attribute_values={"pre": {"tabindex": "0"}},
    )


class _Collector(Extension):
    """Takes raw HTML out of the language and walks each tree for headings, links and images."""

    def __init__(self, typesetter: Typesetter, text: str, line: int, findings: Findings) -> None:
        super().__init__()
        self.typesetter, self.findings = typesetter, findings
        self.lines, self.first = text.split("\n"), line

    def extendMarkdown(self, md: python_markdown.Markdown) -> None:
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.treeprocessors.register(_Walk(self, md), "duplex_walk", 1)

    def find(self, *needles: str) -> int:
        """Return the line on which one of the needles stands; the piece's first line when it is hidden."""
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
            self.findings.add(
                line,
                "heading-level",
                f"“{title}” is a heading of level {level}, below one of level {above}.",
                "The title is level 1 already: use ## for sections, ### inside them, and skip no level.",
            )
        anchor = unique(slugify(title, "-"), self.typesetter.anchors)
        element.set("id", anchor)
        self.typesetter.headings.append(Heading(anchor, title, level))

    def link(self, element: Element) -> None:
        target = element.get("href", "")
        self.typesetter.links.append(Reference(target, self.find(f"]({target}", f"<{target}>", target)))

    def image(self, element: Element) -> None:
        source, alt = element.get("src", ""), element.get("alt", "").strip()
        line = self.find(f"]({source}", source)
        if not alt or alt.lower() == source.rpartition("/")[2].lower():
            self.findings.add(
                line,
                "image-alt",
                f"The image {source} has no words for those who can't see it.",
                "Write what the picture shows: ![Three clients around one server](images/…).",
            )
        self.typesetter.images.append(Reference(source, line))
        if source.startswith("images/"):
            element.set("src", self.typesetter.image_address + source.removeprefix("images/"))


class _Walk(Treeprocessor):
    def __init__(self, collector: _Collector, md: python_markdown.Markdown) -> None:
        super().__init__(md)
        self.collector = collector

    def run(self, root: Element) -> None:
        for element in root.iter():
            if re.fullmatch("h[1-6]", element.tag):
                self.collector.heading(element)
            elif element.tag == "a":
                self.collector.link(element)
            elif element.tag == "img":
                self.collector.image(element)
            elif element.tag in ("th", "td") and (match := _ALIGN_STYLE.search(element.attrib.pop("style", ""))):
                element.set("align", match[1])
