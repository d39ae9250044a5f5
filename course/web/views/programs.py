"""The programs of a lesson, the same for everybody: a file that browsers cache. The page has only the differences."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from course.content.model import Lesson
from course.content.pieces import Example
from course.learning.actions import Learning
from course.web.views.workspaces import lesson_workspaces


def lesson_programs(lesson: Lesson, learning: Learning) -> dict[str, Any]:
    """Return a lesson's examples by id, and its workspaces by name as they are for a new learner."""
    examples = {each.id: _example(each, each in lesson.blocks) for each in lesson.examples}
    return {"examples": examples, "workspaces": lesson_workspaces({}, lesson, learning)}


def version_of(programs: Mapping[str, Any]) -> str:
    """Return a version that changes whenever the programs do."""
    return hashlib.sha256(json.dumps(programs).encode()).hexdigest()[:8]


def beyond(programs: Mapping[str, Any], page: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a page's data that its lesson's programs lack: of a workspace, the fields that differ.

    `static/js/core/page_data.js` joins both again.
    """
    known = programs["workspaces"]
    differing = {
        name: {key: value for key, value in workspace.items() if value != known[name][key]}
        for name, workspace in page["workspaces"].items()
    }
    rest = {key: value for key, value in page.items() if key not in programs}
    return {**rest, "workspaces": {name: fields for name, fields in differing.items() if fields}}


def _example(example: Example, shown: bool) -> dict[str, Any]:
    """Return an example's data. The page's script reads from the text what is shown there: it is sent only once."""
    data: dict[str, Any] = {"title": example.title, "runtime": example.runtime}
    if example.client:
        data["client"] = dict(example.client)
    if not shown or example.told not in example.source:  # the last line may not end in a line break
        return {**data, "source": example.source}
    before, _, after = example.source.partition(example.told)
    return {**data, "before": before, "after": after}
