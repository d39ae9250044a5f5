"""Syntax errors in the code of clients: JavaScript and JSX are parsed, and never run."""

from __future__ import annotations

from functools import cache

import tree_sitter
import tree_sitter_javascript

from course.content.problems import ProblemList

PARSED = (".js", ".jsx", ".mjs")


def report_syntax(name: str, source: str, problems: ProblemList) -> None:
    """Report the first place where a file is no JavaScript; files of other kinds are not looked at."""
    if not name.endswith(PARSED):
        return
    root = _parser().parse(source.encode()).root_node
    if not root.has_error:
        return
    wrong = _first_error(root)
    line = wrong.start_point.row + 1
    shown = source.split("\n")[line - 1].strip()
    what = f"“{wrong.type}” is missing" if wrong.is_missing else f"it can't be understood at “{shown[:60]}”"
    problems.add(line, "javascript-syntax", f"This is not valid JavaScript: {what}.", "Correct the line.")


@cache
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_javascript.language()))


def _first_error(node: tree_sitter.Node) -> tree_sitter.Node:
    """Return the innermost first node that is an error or is missing."""
    while not node.is_missing:
        inner = next((child for child in node.children if child.has_error or child.is_missing), None)
        if inner is None:
            break
        node = inner
    return node
