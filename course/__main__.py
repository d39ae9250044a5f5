"""``bin/course …``, which is ``python -m course …``: the commands of authors and operators."""

from __future__ import annotations

import sys

from flask.cli import ScriptInfo

from course.cli.commands import course_cli
from course.config import SettingRefused
from course.factory import create_app


def main() -> None:
    """Run the command that was typed."""
    try:
        course_cli.main(prog_name="bin/course", obj=ScriptInfo(create_app=create_app))
    except SettingRefused as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
