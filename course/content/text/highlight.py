"""Colours for programs: Pygments with short class names under ``.code``, never an inline style (the CSP forbids them).

The colours of both themes are in ``static/css/tokens.css``; CodeMirror uses the same ones.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import ClassVar

from pygments import highlight
from pygments.filter import Filter
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_by_name
from pygments.lexers.html import HtmlLexer
from pygments.lexers.javascript import JavascriptLexer
from pygments.lexers.python import PythonLexer
from pygments.style import Style
from pygments.token import STANDARD_TYPES, Comment, Keyword, Name, Number, Operator, String, Text, _TokenType
from pygments.util import ClassNotFound

CSS_CLASS = "code"
COMMON_LANGUAGES = tuple(
    "python text json html javascript js css sh bash console toml yaml nginx sql http markdown jsx vue".split()
)
"""What a misspelt name was probably meant to be."""
KEPT = 1024
"""How many highlighted programs are cached: more than a course shows."""


class Light(Style):
    """Dark letters on a light background; every colour has a contrast of 4.5:1, on the selection too."""

    styles: ClassVar = {
        Keyword: "#a0268f",
        Operator.Word: "#a0268f",
        String: "#1a6b3c",
        Comment: "#665f56",
        Number: "#9a4a00",
        Keyword.Constant: "#9a4a00",
        Name.Function: "#0b5fad",
        Name.Decorator: "#0b5fad",
        Name.Class: "#6b3fa0",
        Name.Exception: "#6b3fa0",
    }


@lru_cache(KEPT)
def highlight_python(source: str) -> str:
    """Return `source` as ``<div class="code"><pre>…``: escaped text and spans with short classes.

    What a reader selects there, and what the page's script reads, is exactly `source` (with its last line ended).
    """
    return _coloured(source, PythonLexer(stripnl=False, ensurenl=False))


@lru_cache(KEPT)
def highlight_client(source: str, name: str) -> str:
    """Return a file of client code, such as ``client.js``, in the same form."""
    lexer: Lexer = HtmlLexer() if name.endswith((".html", ".vue")) else JavascriptLexer()
    return _coloured(source, lexer)


def _coloured(source: str, lexer: Lexer) -> str:
    lexer.add_filter(_OnlyColours())
    return str(highlight(source, lexer, HtmlFormatter(cssclass=CSS_CLASS, wrapcode=True)))


class _OnlyColours(Filter):
    """Names a token by the type that gives it its colour; half of a program's spans have none: they are dead weight."""

    def filter(self, lexer: Lexer | None, stream: Iterable[tuple[_TokenType, str]]) -> Iterator[tuple[_TokenType, str]]:
        for token, text in stream:
            yield next((family for family in reversed(token.split()) if Light.styles.get(family)), Text), text


_NO_COLOUR = [name for token, name in STANDARD_TYPES.items() if name and not Light.style_for_token(token)["color"]]
_DEAD_WEIGHT = re.compile(rf'<span class="(?:{"|".join(_NO_COLOUR)})">(.*?)</span>', re.DOTALL)


def only_coloured(html: str) -> str:
    """Return what Pygments made of a fence in a text, without the spans that no rule of ours colours."""
    return _DEAD_WEIGHT.sub(r"\1", html)


@functools.cache
def is_known_language(name: str) -> bool:
    """Return whether there are colours for a language."""
    try:
        find_lexer_class_by_name(name)
    except ClassNotFound:
        return False
    return True


def nearest_language(name: str) -> str:
    """Return the language whose name is like the one that is not known; empty when none is."""
    close = difflib.get_close_matches(name, COMMON_LANGUAGES, n=1)
    return close[0] if close else ""
