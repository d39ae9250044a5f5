"""Cuts a lesson's text into prose and ``:::`` blocks, line by line, before any Markdown is rendered.

A block extension of a Markdown library lets a misspelt block fall through as ordinary text, with the key of the
question in it. This scanner works the other way round: what it does not understand is a `Problem`, and is withheld.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from course.content.problems import ProblemList
from course.content.text.fences import FenceReader
from course.content.text.highlight import is_known_language, nearest_language

QUESTION_BLOCKS = ("predict", "question")
LESSON_BLOCKS = (*QUESTION_BLOCKS, "example", "exercise", "exhibit", "recording", "watch")
TASK_BLOCKS = ("tasks", "hint", "solution")

_HEADER = re.compile(r"^::: ([a-z]+)((?: +[^\s:]+)*) *$")
_EVIDENCE = re.compile(r"^%%(?=[ \t]|$)(.*)$")
_END = re.compile(r"^::: *$")
_MARKER = re.compile(r"^[\s>*+-]*::")
_ASIDE = r"^[\s>]*"
_MARK = r"\\?\[\s*[xX✓✔vV*]?\s*\\?\](?!\()"
_LISTED_MARK = re.compile(rf"{_ASIDE}(?:[-*+]|\d+[.)])\s*{_MARK}")
_ANSWER = re.compile(rf"{_ASIDE}(?:[-*+]\s*)?=[=\s]*[^=\s]")
_MARK_ANYWHERE = re.compile(r"\\?\[\s*[xX✓✔]?\s*\\?\](?!\()")
_CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_LANGUAGE = re.compile(r"[\w#.+-]*")
_SHOWS_OUTPUT = ("text", "sh", "console")
"""Where a line may begin with ``=``: the ruler of a test run."""
_SHOWS_MARKDOWN = ("markdown", "md")


@dataclass(frozen=True)
class Evidence:
    """A line ``%% name, name``: the programs and tests that show what is said above it. Learners never see it."""

    names: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class ProseText:
    """Ordinary Markdown; `line` is the file's line of its first line."""

    text: str
    line: int
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class BlockText:
    """A closed block: its name, the words after the name, and the text inside."""

    name: str
    words: tuple[str, ...]
    text: str
    line: int
    evidence: tuple[Evidence, ...] = ()


Piece = ProseText | BlockText


def looks_like_a_key(line: str, *, in_code: bool = False) -> bool:
    """Return whether the line would give away a question's key: an option's mark or an accepted answer.

    In code, a mark outside a list does not: ``x = [x]`` is an ordinary line of a program.
    """
    if _LISTED_MARK.match(line) or _ANSWER.match(line):
        return True
    return not in_code and holds_a_mark(line)


def holds_a_mark(text: str) -> bool:
    """Return whether ``[x]`` or ``[ ]`` is anywhere in the line, outside inline code: two lines were joined."""
    return _MARK_ANYWHERE.search(without_code(text)) is not None


def without_code(line: str) -> str:
    """Return the line without its inline code."""
    return _CODE_SPAN.sub("", line)


def _belongs_to_a_question(line: str, language: str) -> bool:
    if language in _SHOWS_OUTPUT and _ANSWER.match(line):
        return False
    return bool(_MARKER.match(line)) or looks_like_a_key(line, in_code=True)


def scan(text: str, problems: ProblemList, *, allowed: Collection[str], first_line: int = 1) -> list[Piece]:
    """Return the pieces of `text` in order; whatever is malformed is reported and left out.

    Args:
        text: the Markdown below the front matter.
        problems: where problems go.
        allowed: the names of blocks that this kind of file may have.
        first_line: the line of the file on which `text` begins.
    """
    return _Scanner(problems, allowed).scan(text, first_line)


class _Scanner:
    def __init__(self, problems: ProblemList, allowed: Collection[str]) -> None:
        self.problems = problems
        self.allowed = allowed
        self.pieces: list[Piece] = []
        self.fence = FenceReader()
        self.in_fence: list[int] = []
        """Lines of the open fence that look like a block or an option."""
        self.lines: list[str] = []
        self.evidence: list[Evidence] = []
        self.start = 1
        self.header: tuple[str, tuple[str, ...]] | None = None
        self.withheld = False

    def scan(self, text: str, first_line: int) -> list[Piece]:
        self.start = first_line
        number = first_line - 1
        for number, line in enumerate(text.split("\n"), first_line):
            if self.fence.feed(line, number):
                self._fenced(line, number)
            elif shown := _EVIDENCE.match(line):
                self.evidence.append(Evidence(tuple(shown[1].replace(",", " ").split()), number))
                self.lines.append("")
            elif _MARKER.match(line):
                self._marker(line, number)
            else:
                self._plain(line, number)
        if self.fence.open is not None:
            self.in_fence.clear()  # they follow from this one
            self._report(
                self.fence.open.line,
                "fence-unclosed",
                "This code fence is never closed.",
                f"Close it with a line {self.fence.open.marks}.",
            )
        if self.header is not None:
            self._unclosed()
        self._finish(number + 1)
        return self.pieces

    def _fenced(self, line: str, number: int) -> None:
        if self.fence.opened is not None and not self.fence.opened.language:
            self.problems.warn(
                number,
                "fence-language",
                "This code fence does not say what language it holds.",
                "Write the language behind the marks: ```python, ```text, ```json…",
            )
        if self.fence.opened is not None and not _LANGUAGE.fullmatch(self.fence.opened.info):
            self._report(
                number,
                "fence-language",
                "What stands behind these marks is not the name of a language, so this may not become a code fence.",
                "Write one word behind the marks: ```python, ```text, ```json…",
            )
        if self.fence.suspect:
            self.in_fence.clear()  # they follow from this one
            self._report(
                number,
                "fence-unclosed",
                "A code fence begins inside another one, so the one above was probably never closed.",
                "Close the fence above, or give the outer one more marks than the inner one.",
            )
        else:
            self._language(number)
        self._key_in_fence(line, number)
        self.lines.append(line)
        if self.fence.open is None:
            self._settle_fence()

    def _language(self, number: int) -> None:
        opened = self.fence.opened
        if opened is None or not opened.language or not _LANGUAGE.fullmatch(opened.info):
            return
        if not is_known_language(opened.language):
            like = nearest_language(opened.language)
            fix = f"Perhaps you meant ```{like}." if like else "Write the name of a language: ```python, ```text…"
            message = f"No language is called “{opened.language}”, so this would not be coloured."
            self.problems.warn(number, "fence-language", message, fix)

    def _settle_fence(self) -> None:
        """Report what stood in a fence that is closed now."""
        for line in self.in_fence:
            self._report(
                line,
                "block-in-fence",
                "A block or an option stands inside a code fence, where it would be shown with its key.",
                "Close the fence before it; to show how blocks are written, mark the fence as ```markdown.",
            )
        self.in_fence.clear()

    def _key_in_fence(self, line: str, number: int) -> None:
        fence = self.fence.open
        if fence is None or fence.language in _SHOWS_MARKDOWN:
            return
        begins = fence.line == number  # its own marks and its language are here
        if ":::" in line or (not begins and _belongs_to_a_question(line, fence.language)):
            self.in_fence.append(number)

    def _marker(self, line: str, number: int) -> None:
        if _END.match(line):
            self._end(number)
            return
        match = _HEADER.match(line)
        if match is None:
            self._report(
                number,
                "block-marker",
                f"“{line.strip()}” is neither the beginning nor the end of a block.",
                "Begin a block with three colons, a space, its name and its id; end it with three colons alone.",
            )
            if self.header is None:
                self._open(number, ("", ()), withheld=True)
            return
        if self.header is not None and self.header[0]:
            self._unclosed()
        name, words = match[1], tuple(match[2].split())
        known = name in self.allowed
        if not known:
            self._unknown(name, number)
        self._open(number, (name, words), withheld=not known)

    def _unknown(self, name: str, number: int) -> None:
        elsewhere = name in LESSON_BLOCKS + TASK_BLOCKS
        self.problems.add(
            number,
            "block-place" if elsewhere else "block-name",
            f"A block “{name}” has no place in this file." if elsewhere else f"There is no block named “{name}”.",
            "The blocks of this file are: " + ", ".join(self.allowed) + ".",
        )

    def _plain(self, line: str, number: int) -> None:
        in_question = self.header is not None and self.header[0] in QUESTION_BLOCKS
        already_withheld = self.header is not None and self.withheld
        if not in_question and not already_withheld and looks_like_a_key(line):
            self._report(
                number,
                "stray-key",
                "An option or an accepted answer stands in the text, outside any question.",
                "Put it inside a question or predict block; write an ordinary list without [ ] and without =.",
            )
        self.lines.append(line)

    def _open(self, number: int, header: tuple[str, tuple[str, ...]], *, withheld: bool) -> None:
        self._finish(number)
        self.start, self.header, self.withheld = number, header, withheld

    def _end(self, number: int) -> None:
        if self.header is None:
            self._report(
                number,
                "block-stray-end",
                "Three colons end a block here, but none is open.",
                "Remove the line, or write the block's first line above.",
            )
        self._finish(number + 1)

    def _unclosed(self) -> None:
        assert self.header is not None  # noqa: S101 - the callers check first
        self._report(
            self.start,
            "block-unclosed",
            f"This {self.header[0] or 'block'} is never closed.",
            "End it with a line of three colons.",
        )

    def _report(self, line: int, rule: str, message: str, fix: str) -> None:
        self.withheld = True
        self.problems.add(line, rule, message, fix)

    def _finish(self, next_line: int) -> None:
        """Hand over what was collected, unless it is withheld, and start again."""
        text = "\n".join(self.lines)
        if not self.withheld:
            if self.header is not None:
                self.pieces.append(BlockText(*self.header, text, self.start, tuple(self.evidence)))
            elif text.strip():
                self.pieces.append(ProseText(text, self.start, tuple(self.evidence)))
        self.lines, self.evidence = [], []
        self.start, self.header, self.withheld = next_line, None, False
