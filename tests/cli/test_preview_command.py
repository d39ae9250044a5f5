"""``flask course preview``: the site in development on a free port, and the address of the lesson."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.cli.test_course_commands import PROJECT, flask_course
from tests.stage.courses import LESSON, change, whole_course


@pytest.mark.programs
def test_it_serves_a_lesson_even_a_broken_one(tmp_path: Path) -> None:
    root = whole_course(tmp_path / "lessons")
    change(root, LESSON, "::: question who", "::: qestion who")
    site = {"COURSE_DIR": str(root), "INSTANCE_DIR": str(tmp_path / "instance"), "PRODUCTION": "1", "HTTPS": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", "course", "preview", "01-speaking-up"],
        cwd=PROJECT,
        env={**os.environ, **site, "SECRET_KEY": "x" * 16, "SANDBOX": "off"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            told = "".join(itertools.takewhile(lambda line: "Ctrl-C" not in line, process.stdout))
            address = re.search(r"http://localhost:(\d+)(/lessons/speaking-up/)", told)
            assert address, told
            page = _once_it_listens(f"http://127.0.0.1:{address[1]}{address[2]}")
            assert "There is no block named “qestion”." in page
        finally:
            process.terminate()


def _once_it_listens(address: str) -> str:
    for _ in range(400):
        try:
            return requests.get(address, timeout=20).text
        except requests.ConnectionError:
            time.sleep(0.05)  # polling a condition that nothing announces: another process's port
    raise AssertionError(f"{address} never answered")


def test_it_knows_the_lessons(tmp_path: Path) -> None:
    done = flask_course(whole_course(tmp_path / "lessons"), "preview", "speaking-dwon")
    assert done.returncode == 1
    assert "There is no lesson called “speaking-dwon”." in done.stderr
