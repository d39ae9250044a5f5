"""What concerns one's own data has a price, too: a deletion leaves a trace for a year, an export reads every version."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from course.extensions import db
from course.progress.models import ForgottenLearner
from course.shares import prices
from course.web.site import Site

OUTSIDE = {"REMOTE_ADDR": "203.0.113.77"}


@pytest.fixture(autouse=True)
def nobody_waits(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    site: Site = app.extensions["duplex"]
    monkeypatch.setattr(site.hub.shares, "_sleep", lambda seconds: None)


def traces(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(ForgottenLearner)) or 0


def test_an_address_leaves_only_so_many_traces_of_deletions_and_others_still_can(app: Flask) -> None:
    most = int(prices.ADDRESS["learner"].points) + 2
    answers = [app.test_client().post("/me/delete", environ_overrides=OUTSIDE) for _ in range(most + 20)]
    assert traces(app) <= most
    assert answers[0].status_code == 303 and answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert app.test_client().post("/me/delete", environ_overrides={"REMOTE_ADDR": "198.51.100.9"}).status_code == 303


@pytest.mark.parametrize(("method", "path"), [("GET", "/me/data.json"), ("POST", "/me/versions/delete")])
def test_a_learner_can_ask_only_so_often(app: Flask, method: str, path: str) -> None:
    browser = app.test_client()
    browser.get("/")
    with browser.session_transaction() as session:
        me = session["learner"]
    statuses = []
    for _ in range(60):
        with browser.session_transaction() as session:
            session["learner"] = me
        statuses.append(browser.open(path, method=method).status_code)
        if statuses[-1] == 429:
            break
    assert statuses[0] in (200, 303) and statuses[-1] == 429
