"""One short function for each request of the lesson namespace: parse, call the use case, return the acknowledgement."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from course.learning import checking, faults
from course.learning.refused import Refused
from course.live import events, payloads
from course.live.feed import RunFeed, limits_json
from course.live.hub import Hub, Visit, answered_room
from course.progress.not_kept import NotKept
from course.progress.work import Kept
from course.sandbox.gateway.client_page import has_client
from course.shares.turns import Turn

Payload = dict[str, Any]
Answer = dict[str, Any]


def run(hub: Hub, visit: Visit, payload: Payload) -> Answer:
    """Start the program; its states, output and trace follow as announcements."""
    exercise, files = payloads.name(payload, "exercise"), payloads.files(payload)
    runtime = payloads.optional_name(payload, "runtime")
    feed = RunFeed(visit.slug, exercise, hub.tell(visit), hub.learning.sandboxes.get, hub.address_of)
    share = hub.share_of(visit)
    sandbox = hub.learning.run(visit.learner, visit.slug, exercise, files, feed, runtime, share=share)
    hub.feeds.remember(visit.learner, feed)
    return {
        "sandbox": {
            "id": sandbox.id,
            "url": hub.address_of(sandbox.id),
            "state": sandbox.state.state,
            "runtime": sandbox.program.runtime,
            "client": has_client(sandbox.program.files),
            "limits": limits_json(sandbox.limits),
        }
    }


def stop(hub: Hub, visit: Visit, payload: Payload) -> Answer:
    """Stop the learner's program."""
    hub.learning.stop(visit.learner)
    return {}


def keep_alive(hub: Hub, visit: Visit, payload: Payload) -> Answer:
    """Start the idle clock again."""
    hub.learning.keep_alive(visit.learner)
    return {}


def check(hub: Hub, visit: Visit, payload: Payload) -> Answer:
    """Ask for a check, and return what it will check; its place in line and the results follow as announcements."""
    exercise, files = payloads.name(payload, "exercise"), payloads.files(payload)
    found = hub.learning.exercise(visit.slug, exercise)
    check_run = uuid.uuid4().hex
    tell = hub.tell(visit)

    def told(place: int) -> None:
        tell(events.CHECK_WAITS, {"check_run": check_run, "exercise": exercise, "place": place})

    turn = checking.ask_for_turn(hub.learning, hub.share_of(visit), told)
    hub.socketio.start_background_task(_check, hub, visit, check_run, exercise, files, turn)
    tasks = [{"check": task.check, "html": task.html} for task in found.tasks]
    return {"check_run": check_run, "total": len(tasks), "tasks": tasks}


def _check(hub: Hub, visit: Visit, check_run: str, exercise: str, files: Mapping[str, str], turn: Turn) -> None:
    tell = hub.tell(visit)
    finished: Payload = {"check_run": check_run, "exercise": exercise, "passed": 0, "total": 0, "error": None}

    def report(result: Payload) -> None:
        tell(events.CHECK_RESULT, {"check_run": check_run, "exercise": exercise, **result})

    try:
        with turn, hub.app.app_context():
            checked = checking.check(hub.learning, visit.learner, visit.slug, exercise, files, report, turn)
            finished |= {"passed": checked.passed, "total": checked.total, "error": checked.error}
            hub.progress_changed(visit, hub.learning.lesson(visit.slug))
    except (Refused, NotKept) as refusal:
        finished["error"] = {"code": refusal.code, "message": str(refusal)}
    except Exception:
        hub.app.logger.exception("a check of %s/%s failed", visit.slug, exercise)
        message = "The check itself went wrong. That is our fault: it costs no attempt. Try again in a moment."
        finished["error"] = {"code": "check_error", "message": message}
    finally:
        tell(events.CHECK_FINISHED, finished)


def save(hub: Hub, visit: Visit, payload: Payload) -> Answer:
    """Keep what the editor holds, and tell the learner's other tabs."""
    exercise = payloads.name(payload, "exercise")
    base = payloads.optional_number(payload, "base_version")
    files, loaded = payloads.files(payload), payloads.flag(payload, "loaded")
    saved = hub.learning.save(visit.learner, visit.slug, exercise, files, base, loaded=loaded, tab=visit.sid)
    return {"version": _tell_other_tabs(hub, visit, saved).version}


def restore(hub: Hub, visit: Visit, payload: Payload) -> Answer:
    """Put the starter, the solution or an earlier version into the editor."""
    exercise = payloads.name(payload, "exercise")
    match payload.get("to"):
        case "starter":
            saved = hub.learning.reset(visit.learner, visit.slug, exercise, tab=visit.sid)
        case "solution":
            saved = hub.learning.use_solution(visit.learner, visit.slug, exercise, tab=visit.sid)
        case None:
            version = payloads.number(payload, "version")
            saved = hub.learning.restore(visit.learner, visit.slug, exercise, version, tab=visit.sid)
        case _:
            raise payloads.bad("“to” may be starter or solution.")
    _tell_other_tabs(hub, visit, saved)
    return {"version": saved.version, "files": dict(saved.files)}


def _tell_other_tabs(hub: Hub, visit: Visit, saved: Kept) -> Kept:
    payload = {"exercise": saved.exercise, "version": saved.version, "files": dict(saved.files)}
    hub.socketio.emit(
        events.WORK_SAVED, payload, to=visit.room, namespace=visit.namespace, skip_sid=visit.sid, include_self=True
    )
    return saved


def history(hub: Hub, visit: Visit, payload: Payload) -> Answer:
    """Return a page of a workspace's earlier versions, without their files: those before a version, or the newest."""
    exercise, before = payloads.name(payload, "exercise"), payloads.optional_number(payload, "before")
    entries, older = hub.learning.history(visit.learner, visit.slug, exercise, before)
    told = [
        {
            "version": entry.version,
            "kind": entry.kind,
            "saved_at": entry.saved_at,
            "attempt": {"passed": entry.attempt[0], "total": entry.attempt[1]} if entry.attempt else None,
        }
        for entry in entries
    ]
    return {"versions": told, "older": older}


def version(hub: Hub, visit: Visit, payload: Payload) -> Answer:
    """Return the files of one version."""
    exercise, number = payloads.name(payload, "exercise"), payloads.number(payload, "version")
    return {"version": number, "files": dict(hub.learning.version(visit.learner, visit.slug, exercise, number))}


def answer(hub: Hub, visit: Visit, payload: Payload) -> Answer:
    """Commit an answer to a question or a prediction; only now do key and reasons leave the server."""
    question = payloads.name(payload, "question")
    choices, text = payloads.names(payload, "choices"), payloads.text(payload, "text")
    verdict = hub.learning.answer(visit.learner, visit.slug, question, choices, text)
    hub.join(visit, answered_room(question))
    hub.votes_changed(visit.slug, question, verdict.question.version)
    hub.progress_changed(visit, hub.learning.lesson(visit.slug))
    return verdict.as_json()


def hint(hub: Hub, visit: Visit, payload: Payload) -> Answer:
    """Return one hint."""
    step = payloads.number(payload, "step")
    html, total = hub.learning.hint(visit.learner, visit.slug, payloads.name(payload, "exercise"), step)
    return {"step": step, "total": total, "text_html": html}


def solution(hub: Hub, visit: Visit, payload: Payload) -> Answer:
    """Return the official solution: after passing, or on asking twice."""
    found = hub.learning.solution(visit.learner, visit.slug, payloads.name(payload, "exercise"))
    return {"files": dict(found.solution), "note_html": found.solution_note_html}


def fault(hub: Hub, visit: Visit, payload: Payload) -> Answer:
    """Put a fault on a client's connection or take it back, kill the server, or start it again.

    Only a page of the lesson where the learner's own program runs can ask for it: no id could name somebody else's.
    """
    feed, kind = hub.feeds.newest(visit.learner, visit.slug), payload.get("kind")
    sandbox = feed.sandbox if feed is not None else None
    if feed is None or sandbox is None:
        raise Refused("not_running", "Run your server first.")
    if kind == "restart":
        hub.learning.restart(sandbox, feed)
    elif kind == "kill":
        faults.kill(sandbox)
    else:
        faults.fault(sandbox, payloads.fault(payload))
    return {"faults": sandbox.faults.in_force()}


REQUESTS: Mapping[str, Callable[[Hub, Visit, Payload], Answer]] = {
    events.RUN: run,
    events.STOP: stop,
    events.KEEP_ALIVE: keep_alive,
    events.CHECK: check,
    events.SAVE: save,
    events.RESTORE: restore,
    events.PREDICT: answer,
    events.ANSWER: answer,
    events.HINT: hint,
    events.SOLUTION: solution,
    events.HISTORY: history,
    events.VERSION: version,
    events.FAULT: fault,
}
