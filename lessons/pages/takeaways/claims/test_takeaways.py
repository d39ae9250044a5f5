"""The moments that the takeaways point back to happen as they say: with the very programs of those lessons."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stage.people import people
from tests.stage.serving import client, serving, wire

pytestmark = pytest.mark.programs

LESSONS = Path(__file__).parents[3]
JOBS = (LESSONS / "07-performance/examples/jobs.py").read_text()


def test_the_server_speaks_first() -> None:
    with (
        serving(LESSONS / "pages/myth-busters/examples/speaks_first.py", cold=True) as served,
        client(served) as silent,
    ):
        assert silent.next() == ("reminder", (1,))


def test_a_wrong_name_leads_nowhere() -> None:
    with serving(LESSONS / "03-listening-to-events/examples/two_events.py") as served, wire(served) as bare:
        bare.send('421["wvae"]')
        bare.send("40/fence,")
        assert bare.receive().startswith("44/fence,")
        assert not served.printed("wvae")


def test_who_an_emit_is_for() -> None:
    program = LESSONS / "04-emitting-events/examples/audiences.py"
    with serving(program) as served, people(served, "/", "/") as (ada, ben):
        ada.ask("echo", "for me")
        assert (ada.heard(), ben.heard()) == ([("said", "for me")], [])
        ada.ask("announce", "for all")
        assert ada.heard() == ben.heard() == [("said", "for all")]


def test_an_empty_address_is_everybody(tmp_path: Path) -> None:
    program = (LESSONS / "04-emitting-events/examples/audiences.py").read_text()
    addressed = program.replace('socketio.emit("said", text)', 'socketio.emit("said", text, to=None)')
    assert addressed != program
    with serving(addressed, tmp_path) as served, people(served, "/", "/") as (ada, ben):
        ada.ask("announce", "for whom?")
        assert ada.heard() == ben.heard() == [("said", "for whom?")]


def test_who_comes_back_is_somebody_new_and_has_missed_something() -> None:
    with serving(LESSONS / "05-connections/examples/coming_back.py") as served, people(served, "/") as (ben,):
        with people(served, "/") as (ada,):
            before = ada.ask("join", "red")
        ben.ask("say", "red", "missed")
        with people(served, "/") as (ada,):
            after = ada.ask("me")
            assert ada.heard() == []
        assert after["sid"] != before["sid"]
        assert (before["points"], after["points"]) == (10, None)
        assert "red" not in after["rooms"]


@pytest.mark.parametrize(("mode", "held_up"), [("threading", False), ("gevent", True)])
def test_computing_in_a_task_holds_everybody_up_under_gevent(tmp_path: Path, mode: str, held_up: bool) -> None:
    """The bystander's answer says whether the computing was over when it was made."""
    program = JOBS
    for old, new in (
        ("SocketIO(app)", f'SocketIO(app, async_mode="{mode}")'),
        ("def compute(", "done = []\n\ndef compute("),
        ("    return turns\n", "    done.append(turns)\n    return turns\n"),
        ('return "pong"', "return len(done)"),
    ):
        assert program.count(old) == 1
        program = program.replace(old, new)
    with serving(program, tmp_path) as served, people(served, "/", "/") as (worker, bystander):
        worker.ask("cpu_in_task")
        assert bystander.ask("ping") == int(held_up)
