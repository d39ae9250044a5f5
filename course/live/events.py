"""Every event name of the lesson namespace. `static/js/core/events.js` holds the same list; a test compares them."""

from __future__ import annotations

from typing import Final

# From the page; each is acknowledged with {"ok": true, …} or {"ok": false, "error": {"code", "message"}}.
RUN: Final = "run"
STOP: Final = "stop"
KEEP_ALIVE: Final = "keep_alive"
CHECK: Final = "check"
SAVE: Final = "save"
RESTORE: Final = "restore"
PREDICT: Final = "predict"
ANSWER: Final = "answer"
HINT: Final = "hint"
SOLUTION: Final = "solution"
HISTORY: Final = "history"
VERSION: Final = "version"
FAULT: Final = "fault"

# To the page.
SANDBOX_STATE: Final = "sandbox_state"
SANDBOX_OUTPUT: Final = "sandbox_output"
SANDBOX_TRACE: Final = "sandbox_trace"
SANDBOX_INSIDE: Final = "sandbox_inside"
SANDBOX_MARKS: Final = "sandbox_marks"
SANDBOX_FAULTS: Final = "sandbox_faults"
CHECK_WAITS: Final = "check_waits"
CHECK_RESULT: Final = "check_result"
CHECK_FINISHED: Final = "check_finished"
WORK_SAVED: Final = "work_saved"
VOTES: Final = "votes"
PRESENCE: Final = "presence"
PROGRESS: Final = "progress"
LESSON_CHANGED: Final = "lesson_changed"
FORGOTTEN: Final = "forgotten"
"""The learner was deleted; the connection ends."""
REFUSED: Final = "refused"
"""The answer to a malformed packet that did not ask for an acknowledgement."""
