"""Each element of a text knows the line on which it begins."""

from __future__ import annotations

from course.content.problems import ProblemList
from course.content.text.typesetter import Typesetter

TEXT = """\
## A heading
directly followed

- one

- two with a gap above

```python
- no list

a = 1
```

| a | b |
|---|---|
| 1 | 2 |

[a link](https://example.org) first

last **of** all
"""


def test_headings_loose_lists_fences_tables_and_links() -> None:
    html, starts = Typesetter(ProblemList("x")).prose(TEXT, 10)
    assert starts == (10, 11, 13, 17, 23, 27, 29)
    assert html.count("<p>") == 5


def test_without_any_word_an_element_takes_the_next_place() -> None:
    _, starts = Typesetter(ProblemList("x")).prose("![](images/a.svg)\n\n---\n\nend", 1)
    assert starts == (1, 3, 5)
