"""The page and the server agree on every event name."""

import re
from pathlib import Path

from course.live import events

SCRIPT = Path(__file__).parent.parent / "static" / "js" / "core" / "events.js"


def test_both_sides_have_the_same_list() -> None:
    ours = {name: value for name, value in vars(events).items() if name.isupper() and isinstance(value, str)}
    theirs = dict(re.findall(r'export const (\w+) = "(\w+)"', SCRIPT.read_text()))
    assert theirs == ours
