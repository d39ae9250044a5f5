"""What a sandbox refuses, in words: what it lacks, and what to write instead. Pure, standard library only.

The refusal itself is the kernel's. Here its bare "Permission denied" gets a sentence on the way to the program.
"""

from __future__ import annotations

import errno
from typing import Final

NO_DISK: Final = (
    "Nothing can be written to a disk here: keep what changes in a variable, in io.BytesIO(), or in sqlite3, which "
    "stays in memory"
)
OUTSIDE: Final = "A sandbox has no files but your program's own: bring what it reads along, beside the file that is run"
NO_WAY_OUT: Final = (
    "A sandbox has no way out, neither to the internet nor to another server: put a function of yours in its place, "
    "which returns what the answer would be"
)
NO_PROGRAMS: Final = "A sandbox starts no other program: do the work in a function, or in a background task"
SENTENCES: Final = frozenset({NO_DISK, OUTSIDE, NO_WAY_OUT, NO_PROGRAMS})

REFUSED: Final = (errno.EPERM, errno.EACCES, errno.ENOSYS)
"""How the kernel refuses in a sandbox."""


def in_words(error: OSError, words: str) -> OSError:
    """Return the same error with a sentence in place of the system's own words; others than refusals as they are."""
    if error.errno not in REFUSED or error.strerror in SENTENCES:
        return error
    return OSError(error.errno, words, *(() if error.filename is None else (error.filename,)))


def sentence_of(error: BaseException) -> str:
    """Return the sentence that an error carries, itself or in what it was raised from; "" when it has none."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        each = waiting.pop(0)
        if not isinstance(each, BaseException) or id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, OSError) and each.strerror in SENTENCES:
            return str(each.strerror)
        waiting += [vars(each).get("reason"), each.__cause__, each.__context__]  # urllib keeps it in `reason`
    return ""
