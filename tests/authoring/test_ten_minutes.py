"""The guide's first section, followed word by word in an empty folder, ends with a lesson without a problem."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.authoring.test_authoring_guide import GUIDE, PROJECT

SECTION = GUIDE.partition("\n## ")[2].partition("\n## The folder\n")[0]
STEP = re.compile(r"(?:Write|write) `([^`]+)`:\n\n```\w+\n(.*?)^```|^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)


def test_it_is_the_first_section() -> None:
    assert SECTION.startswith("From an empty folder to a checked lesson in ten minutes\n")
    assert len(re.findall("^```", SECTION, re.MULTILINE)) == 2 * len(STEP.findall(SECTION)) == 14


@pytest.mark.programs
def test_its_words_lead_to_a_lesson_without_a_problem(tmp_path: Path) -> None:
    environment = {
        **{name: os.environ[name] for name in ("LANG",) if name in os.environ},
        "HOME": str(tmp_path),
        "INSTANCE_DIR": str(tmp_path / "instance"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    course = tmp_path / "my-course"
    typed: list[str] = []
    said = ""
    for file, content, commands in STEP.findall(SECTION):
        if file:
            (course / file).write_text(content)
            continue
        typed.append(commands)
        # One shell for all: what is exported lasts. Only the new commands may speak.
        earlier = "".join(line for block in typed[:-1] for line in block.splitlines(keepends=True) if "export" in line)
        done = subprocess.run(
            ["bash", "-euc", earlier + commands], cwd=PROJECT, env=environment, capture_output=True, text=True
        )
        said = done.stdout
        if "The programs were not run." in done.stderr:
            pytest.skip("programs can't be confined on this machine")
        assert done.returncode == 0, done.stdout + done.stderr
    assert said == "No problems.\n"
