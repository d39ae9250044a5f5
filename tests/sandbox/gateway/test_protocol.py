"""A client hears the same through the gateway as from the learner's server itself, exchange by exchange."""

import pytest

from tests.sandbox.gateway.exchanges import EXCHANGES
from tests.sandbox.gateway.stage import Front
from tests.sandbox.gateway.ways import Way, direct

pytestmark = pytest.mark.programs


def through(front: Front) -> Way:
    return Way(front.connect, front.prefix("protocol"), front.host)


@pytest.fixture(scope="module")
def heard_directly(learner_socket):
    """Return what is heard from the server itself, each exchange played once for all gateways."""
    known = {}

    def heard(name):
        if name not in known:
            known[name] = direct(learner_socket).play(EXCHANGES[name])
        return known[name]

    return heard


@pytest.mark.parametrize("server", ["gunicorn", "pywsgi"])
@pytest.mark.parametrize("name", EXCHANGES)
def test_it_is_the_same(fronts, heard_directly, server, name):
    assert through(fronts(server)).play(EXCHANGES[name]) == heard_directly(name)


def test_the_exchanges_are_many_and_something_is_heard_in_each(heard_directly):
    assert len(EXCHANGES) >= 100
    assert all(heard_directly(name) for name in EXCHANGES)
