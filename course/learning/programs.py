"""What a page sends as a program: the files that are needed of it, or a refusal in words."""

from __future__ import annotations

from course.learning.refused import Refused
from course.program import Files, ProgramRefused, Runtime, check_files, needed
from course.sandbox.model import Program


def valid_files(files: Files) -> Files:
    """Check what claims to be a program's files, and return those that it needs.

    Raises:
        Refused: too many, too large, or badly named.
    """
    try:
        kept, _ = needed(files)
        check_files(kept)
    except ProgramRefused as refusal:
        raise Refused(refusal.code, str(refusal)) from refusal
    return kept


def program_of(files: Files, runtime: Runtime, *, terminal: bool) -> tuple[Program, dict[str, str]]:
    """Return the program that these files make, and the files that were left out: name → why.

    Raises:
        Refused: they make none that can be run.
    """
    try:
        kept, left_out = needed(files)
        return Program(kept, runtime, terminal), left_out
    except ProgramRefused as refusal:
        raise Refused(refusal.code, str(refusal)) from refusal
