"""A coffee machine at which the other guests want to move."""

import time

from course.grading.author import Server, check, fail, random_number

AT_MOST = 0.25
"""Seconds a bystander waits; a frozen server lets it wait for a second or more."""
WATER = 1.0
"""Seconds that the water takes."""
SLEEP = "Wait in a way that gevent knows: socketio.sleep."


@check
def brewing_takes_its_time(server: Server) -> None:
    """“brew” is acknowledged with coffee, after a second"""
    guest = server.client("guest")
    begun = time.monotonic()
    guest.ask("brew", within=5).expect("coffee", hint="Leave the answer as it was.")
    took = time.monotonic() - begun
    if took < WATER * 0.9:
        fail(
            "The coffee was ready before the water was hot.",
            expected=f"an answer after {WATER:.0f} s",
            actual=f"an answer after {took:.1f} s",
            hint=SLEEP,
            mistake="does-not-wait",
        )


@check(after=brewing_takes_its_time)
def others_move_while_it_brews(server: Server) -> None:
    """Others are answered while it brews"""
    guest, other = server.clients("guest", "other")
    with other.measuring("ping") as latency:
        guest.ask("brew", within=5).expect("coffee")
    latency.expect_below(AT_MOST, hint=SLEEP, mistake="sleeps-in-a-task")


@check(after=others_move_while_it_brews)
def others_move_while_it_grinds(server: Server) -> None:
    """Others are answered while it grinds"""
    guest, other = server.clients("guest", "other")
    beans = 20_000_000 + random_number()
    with other.measuring("ping") as latency:
        answer = guest.ask("grind", beans, within=20)
    answer.expect(beans - (beans + 3) // 7, hint="Count them as before.")
    latency.expect_below(
        AT_MOST,
        hint="It computes: move the work into a native thread.",
        mistake="computing-still-blocks",
    )
