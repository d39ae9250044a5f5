"""Everything in the course that can be found, and the search: pure, and the same in `static/js/search/rank.js`.

What it leaves out matters most: options, accepted answers and reasons of questions, hints and solutions.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from course.content.model import Course, Lesson
from course.content.pieces import Example, Exercise, Prose, Question, Recording
from course.web.views.modes import HEADING

RESULTS_AT_MOST = 30
QUERY_CHARACTERS = 100

# What one word of the query is worth, by its place. A hit in the title outweighs any number of hits in the text.
TITLE_WORD, TITLE_BEGINS, TITLE_HOLDS = 40, 30, 15
TEXT_BEGINS, TEXT_HOLDS, TEXT_HITS_COUNTED = 6, 2, 5

_TAG = re.compile(r"<[^>]+>")
_BREAK = re.compile(r"</(?:p|li|td|th|tr|pre|div|h[1-6])>|<br>")
_ID = re.compile(r' id="([^"]+)"')


@dataclass(frozen=True)
class Entry:
    """One entry that can be found."""

    title: str
    kind: str
    url: str
    """Address with anchor."""
    text: str
    """Plain text; without anything that an answer reveals."""


class SearchIndex:
    """The entries of the newest course; they are made once for each course that is read."""

    def __init__(self, courses: Callable[[], Course]) -> None:
        self._courses = courses
        self._course: Course | None = None
        self._entries: tuple[Entry, ...] = ()
        self._json = ""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the present entries."""
        course = self._courses()
        if course is not self._course:
            self._entries = tuple(entries_of(course))
            self._json = json.dumps([asdict(entry) for entry in self._entries], ensure_ascii=False)
            self._course = course
        return self._entries

    def as_json(self) -> str:
        """Return the entries as the page fetches them."""
        return self._json if self.entries else "[]"


def entries_of(course: Course) -> Iterator[Entry]:
    """Yield every entry, in the order of the course."""
    if course.opening:
        yield from _sections(course.opening, "Course map", "/")
    for lesson in (*course.lessons, *course.pages):
        kind = "Page" if lesson.number is None else "Lesson"
        yield from _sections(lesson, kind, f"/lessons/{lesson.slug}/")
        for exercise in lesson.exercises.values():
            text = " ".join((_words(exercise.goal_html), *(_words(task.html) for task in exercise.tasks)))
            yield Entry(exercise.title, _kind(exercise), f"/lessons/{lesson.slug}/{exercise.slug}/", text)
        if lesson.reference_html:
            place = f"/reference/#{lesson.slug}"
            yield Entry(f"{lesson.title} in short", "Reference", place, _words(lesson.reference_html))
    for term in course.glossary:
        names = "".join(f" {name}" for name in term.also)
        yield Entry(term.name, "Term", f"/glossary/#{term.id}", _words(term.html) + names)


def find(entries: tuple[Entry, ...], query: str) -> list[Entry]:
    """Return the entries that hold every word of `query`, the best first."""
    wanted = words_of(query)
    scored = [(score(entry, wanted), place, entry) for place, entry in enumerate(entries)] if wanted else []
    hits = sorted((-points, place) for points, place, _ in scored if points)
    return [entries[place] for _, place in hits[:RESULTS_AT_MOST]]


def words_of(query: str) -> list[str]:
    """Return the words of a query in lower case, each once."""
    return list(dict.fromkeys(query[:QUERY_CHARACTERS].lower().split()))


def score(entry: Entry, wanted: list[str]) -> int:
    """Return how well an entry fits; 0 when a word is missing."""
    title, text = entry.title.lower(), entry.text.lower()
    total = 0
    for word in wanted:
        points = _in_title(title, word) + _in_text(text, word)
        if not points:
            return 0
        total += points
    return total


def excerpt(text: str, wanted: list[str], *, around: int = 90) -> list[tuple[str, bool]]:
    """Return the piece of `text` around the first hit, cut into (words, whether they are a hit)."""
    low = text.lower()
    places = [place for place in (low.find(word) for word in wanted) if place >= 0]
    first = min(places, default=0)
    begin = 0 if first < around else text.rfind(" ", 0, first - around // 2) + 1
    end = len(text) if len(text) < begin + 2 * around else max(text.rfind(" ", 0, begin + 2 * around), begin)
    shown = ("… " if begin else "") + text[begin:end] + (" …" if end < len(text) else "")
    return marked_hits(shown, wanted)


def marked_hits(text: str, wanted: list[str]) -> list[tuple[str, bool]]:
    """Return `text` cut into (words, whether they are a hit)."""
    if not wanted:
        return [(text, False)]
    pattern = re.compile("(" + "|".join(re.escape(word) for word in sorted(wanted, key=len, reverse=True)) + ")", re.I)
    return [(piece, place % 2 == 1) for place, piece in enumerate(pattern.split(text)) if piece]


def _in_title(title: str, word: str) -> int:
    place = title.find(word)
    if place < 0:
        return 0
    if not _begins(title, place):
        return TITLE_HOLDS
    end = place + len(word)
    return TITLE_BEGINS if end < len(title) and title[end].isalnum() else TITLE_WORD


def _in_text(text: str, word: str) -> int:
    hits = text.count(word)
    if not hits:
        return 0
    return (TEXT_BEGINS if _begins(text, text.find(word)) else TEXT_HOLDS) + min(hits, TEXT_HITS_COUNTED)


def _begins(text: str, place: int) -> bool:
    return place == 0 or not text[place - 1].isalnum()


def _sections(lesson: Lesson, kind: str, address: str) -> Iterator[Entry]:
    """Yield the lesson's beginning and each of its headings, with the text below them."""
    title, url, texts = lesson.title, address, [lesson.summary, _words(lesson.idea_html)]
    for part in _parts(lesson):
        if HEADING.match(part):
            yield Entry(title, kind, url, " ".join(texts))
            anchor = _ID.search(part)
            title, url, texts = _words(part), f"{address}#{anchor[1]}" if anchor else address, [f"{lesson.title} ·"]
        else:
            texts.append(_words(part))
    yield Entry(title, kind, url, " ".join(texts))


def _parts(lesson: Lesson) -> Iterator[str]:
    """Yield the HTML of a lesson that anybody may read, cut at its headings."""
    for block in lesson.blocks:
        match block:
            case Prose():
                yield from (part for part in HEADING.split(block.html) if part.strip())
            case Question():
                yield block.stem_html
            case Example():
                yield f"<p>{html.escape(block.title)}:</p>{block.try_text_html}"
            case Recording():
                yield f"<p>{html.escape(block.title)}:</p>{block.caption_html}"


def _kind(exercise: Exercise) -> str:
    return "Broken server" if exercise.kind == "fix" else "Exercise"


def _words(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", _BREAK.sub(" ", markup))).split())
