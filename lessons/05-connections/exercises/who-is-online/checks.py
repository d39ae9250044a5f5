"""What the clients of the list of those online can see.

All checks share one server, and people of an earlier check may still be on their way out: each list is read for the
people of this check only.
"""

from typing import Any

from course.grading.author import Client, Server, check, fail, random_word, show

SECONDS = 3.0
"""How soon a list must follow somebody's leaving."""
BROADCAST = "Emit “online” with the whole list, to everybody, whenever it has changed."
CLEAN_UP = "The “disconnect” handler runs when a connection has ended. Take the user out there."


@check
def newcomers_appear(server: Server) -> None:
    """A newcomer is added, and everybody hears it"""
    ada, ben = random_word(), random_word()
    first = tab(server, ada)
    expect_list(first, [ada], among=[ada, ben], hint=BROADCAST)
    second = tab(server, ben)
    expect_list(second, [ada, ben], among=[ada, ben], hint=BROADCAST)
    expect_list(first, [ada, ben], among=[ada, ben], hint=BROADCAST, mistake="tells-only-the-newcomer")
    answer = second.ask("who")
    if only(answer.value, [ada, ben]) != sorted([ada, ben]):
        answer.expect(sorted([ada, ben]), hint="“who” is acknowledged with the sorted list.")


@check(after=newcomers_appear)
def leavers_disappear(server: Server) -> None:
    """Who leaves is taken out, and the others hear it"""
    ada, ben = random_word(), random_word()
    stays, leaves = tab(server, ada), tab(server, ben)
    expect_list(stays, [ada, ben], among=[ada, ben], hint=BROADCAST)
    stays.forget()
    leaves.close()
    if hears_list(stays, [ada], among=[ada, ben]):
        return
    mistake = None
    if ben not in (stays.ask("who").value or []):
        mistake = "tells-the-leaver"
    elif stays.heard("online"):
        mistake = "an-empty-set-stays"
    elif goes_with_a_goodbye(server, stays):
        mistake = "waits-for-a-goodbye"
    hint = BROADCAST if mistake == "tells-the-leaver" else CLEAN_UP
    expect_list(stays, [ada], among=[ada, ben], hint=hint, mistake=mistake)


@check(after=newcomers_appear)
def two_tabs_are_one_name(server: Server) -> None:
    """A user with two tabs stands in the list once"""
    ada = random_word()
    tab(server, ada)
    second = tab(server, ada)
    twice = hears_list(second, [ada, ada], among=[ada], seconds=0)
    expect_list(
        second,
        [ada],
        among=[ada],
        hint="The list holds users, and not connections.",
        mistake="a-name-for-every-tab" if twice else None,
    )


@check(after=(leavers_disappear, two_tabs_are_one_name))
def one_of_two_tabs_may_close(server: Server) -> None:
    """A user with one tab left is still online"""
    for closes, mistake in (("older", "offline-with-the-first-tab"), ("newer", "one-sid-per-user")):
        expect_still_online(server, closes, mistake)


@check(after=one_of_two_tabs_may_close)
def the_last_tab_takes_the_name_along(server: Server) -> None:
    """With the last tab, the user is gone"""
    ada, ben = random_word(), random_word()
    watcher = tab(server, ben)
    tabs = [tab(server, ada), tab(server, ada)]
    expect_list(watcher, [ada, ben], among=[ada, ben], hint=BROADCAST)
    watcher.forget()
    for each in tabs:
        each.close()
    expect_list(
        watcher,
        [ben],
        among=[ada, ben],
        hint="Take out the connection first, and then see what is left of the user.",
        mistake="looks-before-it-takes-out",
    )


def tab(server: Server, user: str) -> Client:
    """Connect one more tab of a user."""
    return server.client(f"a tab of {user} ({random_word(3)})", auth={"user": user})


def expect_still_online(server: Server, closes: str, mistake: str) -> None:
    """Claim that a user is in every list that follows when the older, or the newer, of two tabs closes."""
    ada, ben, witness = random_word(), random_word(), random_word()
    watcher = tab(server, ben)
    older, newer = tab(server, ada), tab(server, ada)
    expect_list(watcher, [ada], among=[ada], hint=BROADCAST)
    watcher.forget()
    (older if closes == "older" else newer).close()
    # Somebody comes and leaves after that: when this is known, so is the end of the tab.
    passing = tab(server, witness)
    expect_list(watcher, [witness], among=[witness], hint=BROADCAST)
    passing.close()
    expect_list(watcher, [], among=[witness], hint=CLEAN_UP)
    without = [event for event in watcher.heard("online") if ada not in event.value]
    if without:
        fail(
            f"A user closed the {closes} of two tabs, and was taken out.",
            expected=f"every list holds {show(ada)}, whose other tab is open",
            actual=f"{watcher.name} heard {without[0]}",
            hint="Count the connections of each user.",
            mistake=mistake,
            about=without[0],
        )


def goes_with_a_goodbye(server: Server, watcher: Client) -> bool:
    """Say whether a client that announces its leaving is taken out."""
    polite = random_word()
    leaves = tab(server, polite)
    leaves.emit("bye")
    leaves.fence()
    leaves.close()
    return polite not in (watcher.ask("who").value or [])


def only(users: Any, among: list[str]) -> list[str]:
    """Return what a list says of some users, as often as it says it."""
    return sorted(user for user in users if user in among) if isinstance(users, list) else []


def hears_list(client: Client, users: list[str], *, among: list[str], seconds: float = SECONDS) -> bool:
    """Say whether the newest list comes to hold just these of some users."""

    def newest_fits() -> bool:
        heard = client.heard("online")
        return bool(heard) and only(heard[-1].value, among) == sorted(users)

    return bool(client.wait_for(newest_fits, seconds))


def expect_list(client: Client, users: list[str], *, among: list[str], hint: str, mistake: str | None = None) -> None:
    """Claim that the newest list comes to hold just these of some users."""
    if hears_list(client, users, among=among):
        return
    newest = client.heard("online")[-1:]
    if not newest:
        client.expect_event("online", sorted(users), hint=hint, mistake=mistake)
    fail(
        f"{client.name} heard a list that is not right.",
        expected=f"“online” with a list that holds {show(*sorted(users)) or 'no longer ' + show(*among)}",
        actual=f"“online” with {show(*newest[0].args)}",
        hint=hint,
        mistake=mistake,
        about=newest[0],
    )
