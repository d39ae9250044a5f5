"""A clock that ticks in every window, and once."""

from course.grading.author import Client, Received, Refusal, Server, check, fail, show, spread

TICK_SECONDS = 0.25
TICKS = 9
FASTEST = 0.55
"""A right clock takes its time, up to what a busy machine does to it; two clocks take half of it, three a third."""
EVERYBODY = "socketio.emit without “to” reaches everybody."
LOOP = "A loop in a background task: start it with socketio.start_background_task(tick)."


@check
def ticks_come_unasked(server: Server) -> None:
    """A client that says nothing hears the clock"""
    silent = server.tries("silent")
    if isinstance(silent, Refusal):
        turned_away(server, silent)
    ticks = silent.wait_for(lambda: len(silent.heard("tick")) >= 3, 3)
    mistake = None if ticks else recognise_silence(server)
    heard = silent.expect_events("tick", times=3, hint=LOOP, mistake=mistake)
    count_up(heard)


@check(after=ticks_come_unasked)
def it_outlives_the_first(server: Server) -> None:
    """When one client leaves, the others go on hearing it"""
    first, second = server.clients("first", "second")
    for client in (first, second):
        expect_ticks(server, client, times=1)
    first.close()
    second.forget()
    expect_ticks(server, second, times=4)


@check(after=it_outlives_the_first)
def one_clock_for_all(server: Server) -> None:
    """With three clients it is the same clock, and as fast as before"""
    first, second, third = server.clients("first", "second", "third")
    for client in (first, second, third):
        expect_ticks(server, client, times=1)
    first.forget()
    ticks = first.expect_events("tick", times=TICKS, within=6, hint=LOOP)
    seconds = spread(ticks)
    if seconds < FASTEST * TICK_SECONDS * (TICKS - 1):
        fail(
            "With three clients the clock runs too fast.",
            expected=f"{TICKS} ticks in {TICK_SECONDS * (TICKS - 1):.0f} s",
            actual=f"{TICKS} ticks in {seconds:.1f} s",
            hint="Who starts the task, and how often?",
            mistake="one-clock-per-client",
            timing=True,
            about=ticks[-1],
        )
    count_up(ticks)
    for client in (second, third):
        client.expect_event("tick", ticks[-1].value, hint="One clock: everybody hears the same number.")


def expect_ticks(server: Server, client: Client, *, times: int) -> None:
    """Claim that this client hears the clock; if it doesn't, a newcomer shows whether the clock stands still."""
    if client.wait_patiently(lambda: len(client.heard("tick")) >= times, 3):
        return
    heard = len(client.heard("tick"))
    mistake = recognise_stop(server)  # a newcomer may set it going again, so what was heard is counted before
    fail(
        f"{client.name} doesn't hear the clock.",
        expected=f"{times} or more “tick” within 3 s",
        actual=f"{heard} in 3 s",
        hint="The clock stops when somebody leaves." if mistake == "stops-with-a-leaver" else EVERYBODY,
        mistake=mistake,
        about=client.missing("tick"),
    )


def recognise_stop(server: Server) -> str:
    newcomer = server.client("newcomer")
    if newcomer.wait_for(lambda: newcomer.heard("tick"), 2):
        return "stops-with-a-leaver"
    return "only-the-first"


def turned_away(server: Server, refusal: Refusal) -> None:
    ticking = any(received.event == "tick" for received in refusal.heard)
    fail(
        "Your server never let this client in.",
        expected="silent is connected, and hears “tick”",
        actual="it heard “tick” before it was connected, and waited in vain" if ticking else str(refusal),
        hint="The connect handler has to return.",
        mistake="loops-in-the-handler" if ticking else None,
        about=refusal,
    )


def recognise_silence(server: Server) -> str | None:
    """Nobody has spoken, and nothing came: is it a clock that wants to be asked, or one that has broken down?"""
    if any("request context" in exception.message for exception in server.exceptions()):
        return "emits-as-a-handler"
    asker = server.client("asker")
    for question in ("tick", "time", "clock"):
        asker.emit(question)
    return "ticks-as-an-answer" if asker.wait_patiently(lambda: asker.heard("tick")) else None


def count_up(ticks: list[Received]) -> None:
    numbers = [tick.value for tick in ticks]
    if not isinstance(numbers[0], int) or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        fail(
            "The numbers don't go up by one.",
            expected="“tick” with 1, 2, 3 …",
            actual=show(numbers),
            hint="Count in the task: number += 1, then socketio.emit(“tick”, number).",
            mistake="one-clock-per-client" if len(set(map(str, numbers))) < len(numbers) else None,
            about=ticks[-1],
        )
