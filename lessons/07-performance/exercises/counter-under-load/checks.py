"""Four clients count at once; nothing may be lost."""

from course.grading.author import Client, Server, check, fail, together

EACH = 50
NAMES = ("ann", "ben", "cleo", "dora")
TURNS = "Let one at a time in, from the reading to the writing: one lock, the same for all."


@check
def nothing_is_lost(server: Server) -> None:
    """Two hundred are counted when four clients hurry"""
    before, after, answers = hurry(server)
    if after - before == EACH * len(NAMES):
        return
    expected, actual = f"{EACH * len(NAMES)} more than before", f"{after - before} more"
    if any(answer is None for answer in answers):
        fail(
            "Some visitors were sent away uncounted.",
            expected=expected,
            actual=actual,
            hint="Wait for the lock instead of giving up: with turn.",
            mistake="gives-up-when-busy",
        )
    if after - before == EACH and sorted(map(str, answers)) == sorted(map(str, list(range(1, EACH + 1)) * len(NAMES))):
        fail(
            "Each client has a counter of its own.",
            expected=expected,
            actual=f"each client sees {EACH}",
            hint="Count everybody in one number.",
            mistake="a-number-for-each-client",
        )
    fail("Counts were lost.", expected=expected, actual=actual, hint=TURNS, mistake=how_it_loses(server))


@check(after=nothing_is_lost)
def every_total_once(server: Server) -> None:
    """Every total is given once"""
    before, _, answers = hurry(server)
    wanted = list(range(before + 1, before + len(answers) + 1))
    totals = [answer for answer in answers if isinstance(answer, int)]
    if len(totals) < len(answers):
        fail(
            "Not every visitor was told a total.",
            expected="a number for each",
            actual=f"{len(answers) - len(totals)} answers without one",
            hint="Return the number that you have written.",
        )
    if sorted(totals) != wanted:
        fail(
            "Two visitors were given the same total.",
            expected="each number once",
            actual=f"{len(totals) - len(set(totals))} numbers came twice",
            hint="Return the number that you have written, while you still hold the lock.",
            mistake="reads-it-again",
        )


def hurry(server: Server) -> tuple[int, int, list[object]]:
    clients = server.clients(*NAMES)
    before = read_total(clients[0])
    asked = together(*(lambda client=client: one_by_one(client) for client in clients))
    answers = [answer for each in asked for answer in each]
    return before, read_total(clients[0]), answers


def one_by_one(client: Client) -> list[object]:
    return [client.ask("add").value for _ in range(EACH)]


def read_total(client: Client) -> int:
    answer = client.ask("total")
    answer.expect_arrived(hint="Leave the handler of “total” as it was.")
    return answer.value if isinstance(answer.value, int) else 0


def how_it_loses(server: Server) -> str | None:
    """Tell the ways to lose counts apart by what a single client loses."""
    alone = server.client("alone")
    before = read_total(alone)
    for _ in range(5):
        alone.ask_together(*[("add",)] * 8)
    if read_total(alone) - before == 5 * 8:
        return "one-client-at-a-time"
    return "a-lock-for-each-call"
