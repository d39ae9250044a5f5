"""Promises in the documents are kept."""

import re
from pathlib import Path

import click

from course.cli.commands import course_cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
COMMAND = re.compile(r"bin/course ((?!…)[a-z-]+(?: +[\w{}./-]+| +--[a-z-]+)*)")
AT_THE_ROOT = ("README.md", "CONTRIBUTING.md", "SECURITY.md")
MAKEFILE = (ROOT / "Makefile").read_text()


def test_the_readme_documents_every_setting() -> None:
    settings = set(re.findall(r"# ([A-Z][A-Z_]+[A-Z])\b", (ROOT / "course" / "config.py").read_text()))
    assert {"PORT", "SECRET_KEY", "SANDBOX_SLOTS"} <= settings
    assert [name for name in sorted(settings) if f"`{name}`" not in README] == []


def test_every_make_target_that_is_named_exists() -> None:
    texts = README + (ROOT / "CONTRIBUTING.md").read_text() + (ROOT / "docs" / "authoring.md").read_text()
    named = set(re.findall(r"(?:    |`)make (\w+)", texts))
    targets = set(re.findall(r"^(\w+):", MAKEFILE, re.M))
    assert named and named <= targets, named - targets


def test_every_command_that_a_document_or_a_problem_names_can_be_typed() -> None:
    """Each is parsed, with its arguments and options, by the command itself."""
    texts = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "Makefile", *ROOT.glob("docs/**/*.md")]
    texts += [path for part in ("content", "authoring", "cli") for path in ROOT.glob(f"course/{part}/**/*.py")]
    named = {command for path in texts for command in COMMAND.findall(path.read_text())}
    assert len(named) > 8
    for command in sorted(named):
        name, *words = re.sub(r"\{[^}]*\}", "lesson", command).split()
        found = course_cli.get_command(click.Context(course_cli), name)
        assert found is not None, f"bin/course {command}"
        words = [word for word in words if word not in ("…", "[LESSON…]")]
        paths = {"try": ["lesson/exercise", str(ROOT / "README.md")], "new": ["01-a"]}
        found.make_context(name, words if name not in paths else [*words[:0], *paths[name]])


def test_no_document_names_a_command_that_is_not_found() -> None:
    """``flask`` lies in the environment, which nobody has on the path."""
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")]:
        assert "flask --app app course" not in path.read_text(), path.name


def test_links_between_documents_lead_somewhere() -> None:
    for document in [*(ROOT / name for name in AT_THE_ROOT), *ROOT.glob("docs/**/*.md")]:
        shown = re.sub(r"^```.*?^```|`[^`\n]*`", "", document.read_text(), flags=re.M | re.S)  # examples are no links
        for link in re.findall(r"\]\((?!http)([^)#]+)", shown):
            assert (document.parent / link).exists(), f"{document.name} links to {link}"


def test_every_file_that_a_document_names_exists() -> None:
    documents = [
        *(ROOT / name for name in AT_THE_ROOT),
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("docs/decisions/*.md"),
    ]
    missing = [
        f"{document.name}: {name}"
        for document in documents
        for name in re.findall(
            r"(?:course|static|tests|dev|bench|frontend)/[\w./-]+\.(?:py|js|mjs|css|toml)\b", document.read_text()
        )
        if not (ROOT / name).is_file()
    ]
    assert missing == []


def test_every_decision_is_listed() -> None:
    listed = (ROOT / "docs" / "decisions" / "README.md").read_text()
    for page in (ROOT / "docs" / "decisions").glob("0*.md"):
        assert page.name in listed
