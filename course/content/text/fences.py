"""Which lines of a Markdown text are inside a fenced code block."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"^(?P<indent>[\s>]*)(?P<marks>`{3,}|~{3,})\s*(?P<info>[^`]*?)\s*$")


@dataclass
class Fence:
    """An open code fence."""

    marks: str
    info: str
    line: int

    @property
    def language(self) -> str:
        """Return the first word after the marks, or nothing."""
        return self.info.split()[0].lower() if self.info else ""


class FenceReader:
    """Follows a text line by line and knows whether it is inside a fence.

    A fence is closed by at least as many of the same marks and nothing else on the line, as in CommonMark.
    """

    def __init__(self) -> None:
        self.open: Fence | None = None
        self.opened: Fence | None = None
        """The fence that the last line opened, if it opened one."""
        self.suspect = False
        """Whether the last line opened a fence inside another one: the outer one was never closed, and ends here."""

    def feed(self, line: str, number: int) -> bool:
        """Take the next line; return True when it belongs to a fence (its first and last line included)."""
        self.opened, self.suspect = None, False
        match = _FENCE.match(line)
        if self.open is None:
            if match is None:
                return False
            self.open = self.opened = Fence(match["marks"], match["info"], number)
            return True
        if match is not None and match["marks"].startswith(self.open.marks):
            if match["info"]:
                self.suspect = True
                self.open = self.opened = Fence(match["marks"], match["info"], number)
            else:
                self.open = None
        return True
