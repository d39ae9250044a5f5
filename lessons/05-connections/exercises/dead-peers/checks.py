"""How soon the operators of the control room know that a machine is gone."""

import json
from typing import Any

from course.grading.author import Client, Server, check, fail, random_number, random_word

ALLOWED = 5.0
"""Seconds after which a silent death must be known."""
BUSY = 5.0
"""Seconds of patience beyond that, for a machine that has other work as well."""
QUICKEST = 1.0
HEARTBEAT = "Set ping_interval and ping_timeout, in seconds, where SocketIO(…) is made."
DISCONNECT = "Take the name out in the “disconnect” handler, and tell everybody."


@check
def the_heartbeat_is_quick_enough(server: Server) -> None:
    """A silent death is known after 5 s at the latest"""
    interval, timeout = heartbeat(server)
    latest = interval + 2 * timeout
    if interval < QUICKEST:
        fail(
            "Your server asks each machine more than once a second.",
            expected="at most one ping a second",
            actual=f"a ping every {interval:g} s",
            hint="Five seconds are allowed: there is no need to hurry.",
            mistake="a-racing-heart",
        )
    if latest <= ALLOWED:
        return
    mistake = None
    if interval >= 100:
        mistake = "milliseconds"
    elif interval + timeout <= ALLOWED:
        mistake = "counts-the-timeout-once"
    elif interval <= ALLOWED and timeout == 20:
        mistake = "only-the-interval"
    fail(
        "With this heartbeat, a silent death may be noticed too late.",
        expected=f"at the latest after {ALLOWED:g} s: ping_interval + 2 * ping_timeout",
        actual=f"{interval:g} + 2 * {timeout:g} = {latest:g} s",
        hint=HEARTBEAT,
        mistake=mistake,
    )


@check(after=the_heartbeat_is_quick_enough)
def a_killed_machine_is_gone_at_once(server: Server) -> None:
    """A machine whose program is killed is gone at once"""
    watcher, killed = machine(server), machine(server)
    killed.vanish()
    expect_gone(watcher, killed, 0, mistake=None)


@check(after=(the_heartbeat_is_quick_enough, a_killed_machine_is_gone_at_once))
def a_frozen_machine_is_gone_in_time(server: Server) -> None:
    """A machine that falls silent is gone in time, and the living stay"""
    watcher, quiet, frozen = machine(server), machine(server), machine(server)
    frozen.freeze()
    expect_gone(watcher, frozen, ALLOWED + BUSY, mistake="waits-for-the-dead-to-wake")
    for living in (watcher, quiet):
        living.expect_connected(
            hint="A machine that answers pings is alive, even without events.", mistake="throws-out-the-quiet"
        )


def heartbeat(server: Server) -> tuple[float, float]:
    """Return ping_interval and ping_timeout as the first packet tells them to every client, in seconds."""
    opened = server.handshake()
    opened.expect_ok()
    terms: dict[str, Any] = json.loads(opened.text[1:])
    return terms["pingInterval"] / 1000, terms["pingTimeout"] / 1000


def machine(server: Server) -> Client:
    name = f"{random_word(5)} {random_number()}"
    return server.client(name, auth={"name": name})


def expect_gone(watcher: Client, lost: Client, seconds: float, *, mistake: str | None) -> None:
    """Claim that the others hear that a machine is gone."""
    if watcher.wait_for(lambda: [event for event in watcher.heard("gone") if event.args == (lost.name,)], seconds or 3):
        return
    if not watcher.connected:
        watcher.expect_connected(
            hint="A machine that answers pings is alive, even without events.", mistake="throws-out-the-quiet"
        )
    if lost.name not in (watcher.ask("who").value or []):
        watcher.expect_event("gone", lost.name, hint="Emit it to everybody: broadcast=True.", mistake="tells-the-dead")
    watcher.expect_event("gone", lost.name, hint=DISCONNECT, mistake=mistake or "waits-for-a-goodbye")
