"""What is left on the notepad when somebody leaves it.

All checks share one server, and people of an earlier check may still be on their way out: every claim is about names
and rows of its own check.
"""

from typing import Any

from course.grading.author import Client, Received, Server, check, fail, random_number, random_word, show

SECONDS = 3.0
"""How soon the others must hear that somebody has left."""
REPORT_SECONDS = 0.5
"""How long a traceback of a stranger's leaving may take to be told."""
CLEAN_UP = "The “disconnect” handler runs when a connection has ended. Take out what hangs on its sid."


@check
def the_leaver_goes_offline(server: Server) -> None:
    """Who leaves is offline, and the others hear it once"""
    watcher, leaver = joined(server), joined(server)
    leaver.close()
    if not hears_offline(watcher, leaver):
        mistake = "waits-for-a-goodbye" if goes_with_a_goodbye(server, watcher) else None
        watcher.expect_event("offline", leaver.name, hint=CLEAN_UP, mistake=mistake)
    expect_once(server, watcher, leaver.name)
    expect_not_in(watcher, "users", leaver.name, hint=CLEAN_UP, mistake=None)


@check(after=the_leaver_goes_offline)
def the_lock_is_freed(server: Server) -> None:
    """The leaver's rows can be locked by others"""
    watcher, leaver = joined(server), joined(server)
    row = f"row {random_number()}"
    leaver.ask("lock", row).expect(True)
    watcher.ask("lock", row).expect(False, hint="A row that is locked stays locked while its owner is there.")
    leaver.close()
    expect_lock(watcher, leaver, row, mistake="forgets-the-lock")


@check(after=the_leaver_goes_offline)
def the_typing_ends(server: Server) -> None:
    """The leaver is no longer shown as typing"""
    watcher, leaver = joined(server), joined(server)
    leaver.emit("typing", True)
    typing = watcher.wait_for(lambda: leaver.name in newest_typing(watcher), SECONDS)
    if not typing:
        watcher.expect_event("typing", [leaver.name], hint="Leave the “typing” event as it was.")
    leaver.close()
    if watcher.wait_for(lambda: leaver.name not in newest_typing(watcher), SECONDS):
        return
    expect_not_in(watcher, "typing", leaver.name, hint=CLEAN_UP, mistake=None)
    fail(
        "The others were never told that the leaver stopped typing.",
        expected=f"{watcher.name} hears “typing” with a list without {leaver.name}",
        actual=f"the newest list that it heard is {show(newest_typing(watcher))}",
        hint="Emit the new list to everybody, as the “typing” event does.",
        mistake="forgets-to-tell-who-types",
        about=watcher.missing("typing"),
    )


@check(after=(the_leaver_goes_offline, the_lock_is_freed))
def vanishing_is_leaving(server: Server) -> None:
    """A client that vanishes leaves no more behind"""
    watcher, leaver = joined(server), joined(server)
    row = f"row {random_number()}"
    leaver.ask("lock", row).expect(True)
    leaver.vanish()
    watcher.expect_event(
        "offline",
        leaver.name,
        within=SECONDS,
        hint="Clean up whatever the reason is.",
        mistake="only-after-a-polite-goodbye",
    )
    expect_once(server, watcher, leaver.name)
    expect_lock(watcher, leaver, row, mistake="only-after-a-polite-goodbye")


@check(after=the_leaver_goes_offline)
def a_second_tab_stays(server: Server) -> None:
    """A user with a second tab is not offline"""
    watcher = joined(server)
    name = random_word()
    first, second = joined(server, name, "first tab"), joined(server, name, "second tab")
    first.close()
    passing = joined(server)
    passing.close()  # when the others know of this, they would know of the first tab as well
    watcher.expect_event("offline", passing.name, within=SECONDS, hint=CLEAN_UP)
    told = offline(watcher, name)
    if told:
        fail(
            "A user closed one of two tabs, and the others were told that the user is offline.",
            expected=f"no “offline” with {show(name)}, whose other tab is open",
            actual=f"{watcher.name} heard “offline” with {show(name)}",
            hint="Take out the connection, and then see whether the name is still there.",
            mistake="offline-with-the-first-tab",
            about=told[-1],
        )
    second.close()
    watcher.expect_event("offline", name, within=SECONDS, hint="When the last tab is closed, the user is offline.")
    expect_once(server, watcher, name)


@check(after=the_leaver_goes_offline)
def strangers_may_leave(server: Server) -> None:
    """A client that never joined leaves without a trace"""
    watcher = joined(server)
    server.client("stranger").close()
    passing = joined(server)
    passing.close()
    watcher.expect_event("offline", passing.name, within=SECONDS, hint=CLEAN_UP)
    told = [event for event in watcher.heard("offline") if not isinstance(event.value, str)]
    if told:
        fail(
            "The others were told that somebody without a name is offline.",
            expected="nobody hears of a client that never joined",
            actual=f"{watcher.name} heard {told[0]}",
            hint="Return when there is no name.",
            mistake="tells-of-strangers",
            about=told[0],
        )
    raised = [exception for exception in server.exceptions(within=REPORT_SECONDS) if exception.type == "KeyError"]
    if raised:
        fail(
            raised[0].sentence(),
            expected="a client that never joined leaves without a traceback",
            actual=raised[0].shown(),
            hint="pop(…, None) and discard(…) don't mind when there is nothing to take out.",
            mistake="trips-over-strangers",
            line=raised[0].line,
        )


@check(after=the_leaver_goes_offline)
def strangers_may_type(server: Server) -> None:
    """A client that never joined may type, and nobody else is disturbed"""
    watcher, stranger = joined(server), server.client("stranger")
    stranger.ask("typing", True)  # when this is answered or given up, the handler has run
    hint = "Anybody may send “typing”. Leave out the sids that have no name: users.get(sid)."
    answer = watcher.ask("state")
    answer.expect_arrived(hint=hint, mistake="trips-over-who-types")
    typing = answer.value.get("typing") if isinstance(answer.value, dict) else None
    if not isinstance(typing, list) or not all(isinstance(name, str) for name in typing):
        fail(
            "Somebody without a name is typing.",
            expected="“typing” is a list of names",
            actual=show(answer.value),
            hint=hint,
            about=answer,
        )


def joined(server: Server, name: str = "", tab: str = "") -> Client:
    """Return a client that has joined, by a name that nobody has yet."""
    name = name or random_word()
    client = server.client(f"{name}, {tab}" if tab else name)
    client.ask("join", name).expect_arrived(hint="Leave the “join” event as it was.")
    return client


def offline(watcher: Client, name: str) -> list[Received]:
    """Return what the watcher has heard of somebody's being offline."""
    return [event for event in watcher.heard("offline") if event.args == (name,)]


def hears_offline(watcher: Client, leaver: Client) -> bool:
    return bool(watcher.wait_for(lambda: offline(watcher, leaver.name), SECONDS))


def expect_once(server: Server, watcher: Client, name: str) -> None:
    """Claim that no second “offline” follows: whatever was emitted before a newcomer's “online” has been heard."""
    newcomer = joined(server)
    watcher.expect_event("online", newcomer.name, hint="Leave the “join” event as it was.")
    told = offline(watcher, name)
    if len(told) != 1:
        fail(
            f"The others heard {len(told)} times that one user is offline.",
            expected=f"“offline” with {show(name)} once",
            actual=f"{watcher.name} heard it {len(told)} times",
            hint="Does your handler run twice? Look for a traceback in the server log.",
            mistake="runs-twice",
            about=told[-1] if told else watcher.missing("offline", name),
        )


def expect_lock(watcher: Client, leaver: Client, row: str, *, mistake: str) -> None:
    """Claim that a row is free now that its owner has left."""
    watcher.expect_event("offline", leaver.name, within=SECONDS, hint=CLEAN_UP)
    watcher.fence()
    watcher.ask("lock", row).expect(
        True, hint="A lock belongs to a connection. When that has ended, nobody can unlock it.", mistake=mistake
    )


def newest_typing(watcher: Client) -> list[Any]:
    heard = watcher.heard("typing")
    return list(heard[-1].value) if heard else []


def expect_not_in(watcher: Client, key: str, name: str, *, hint: str, mistake: str | None) -> None:
    answer = watcher.ask("state")
    if isinstance(answer.value, dict) and name in answer.value.get(key, ()):
        fail(
            f"Somebody who has left is still among “{key}”.",
            expected=f"“state” without {name} in “{key}”",
            actual=show(answer.value),
            hint=hint,
            mistake=mistake,
            about=answer,
        )


def goes_with_a_goodbye(server: Server, watcher: Client) -> bool:
    """Say whether a client that announces its leaving is taken out."""
    polite = joined(server)
    for word in ("leave", "bye"):
        polite.emit(word)
    polite.fence()
    return hears_offline(watcher, polite)
