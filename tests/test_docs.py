"""Promises in the documents are kept."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
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
