"""Who is let in at the token gate, and what those hear who are not."""

from typing import Any

from course.grading.author import Client, Refusal, Server, check, fail, random_number, random_word, show

MEMBERS = {"violet-otter": "Ada", "amber-heron": "Ben", "silver-newt": "Cleo"}
MESSAGE, DATA = "unknown token", {"code": 401}
EXPECTED = f"refused: {show(MESSAGE)} and {show(DATA)}"
RAISE = "Raise ConnectionRefusedError with a message and data; import it from flask_socketio."


@check
def members_come_in(server: Server) -> None:
    """Members are let in, and greeted by name"""
    ada = member(server, "violet-otter")
    ada.expect_event("welcome", "Ada", hint="A member hears “welcome” with the name from the list.")
    ben = member(server, "amber-heron")
    ben.expect_event("welcome", "Ben", hint="A member hears “welcome” with the name from the list.")
    ada.expect_event("arrived", "Ben", hint="The others hear “arrived” with the newcomer's name.")
    ben.ask("whoami").expect("Ben", hint="“whoami” answers with the name that belongs to the token.")


@check
def strangers_are_refused(server: Server) -> None:
    """A client with a made-up token is refused"""
    knocked = server.tries("stranger", auth={"token": made_up()})
    if not isinstance(knocked, Client):
        return
    knocked.fence()
    quiet = not knocked.heard("welcome")
    fail(
        "Your server let a stranger in.",
        expected="stranger is refused",
        actual="stranger is connected" + ("" if quiet else " and was even welcomed"),
        hint=RAISE,
        mistake="no-refusal-at-all" if quiet else None,
        about=knocked,
    )


@check(after=strangers_are_refused)
def the_refusal_says_why(server: Server) -> None:
    """The refusal carries the message and the data"""
    refusal = server.refused("stranger", auth={"token": made_up()})
    if (refusal.message, refusal.data) == (MESSAGE, DATA):
        return
    mistake = {
        "Connection rejected by server": "returns-false",
        "Connection refused by server": "builtin-exception",
    }.get(refusal.message or "")
    if refusal.message == MESSAGE and refusal.data is None:
        mistake = "reason-without-data"
    fail(
        "The stranger is refused, but not with the words and data asked for.",
        expected=EXPECTED,
        actual=str(refusal),
        hint=RAISE,
        mistake=mistake,
        about=refusal,
    )


@check(after=(members_come_in, strangers_are_refused))
def strangers_hear_nothing(server: Server) -> None:
    """A stranger hears nothing, and nobody hears of the stranger"""
    ada = member(server, "violet-otter")
    ada.expect_event("welcome", "Ada")
    ada.forget()
    refusal = server.refused("stranger", auth={"token": made_up()})
    if refusal.heard:
        fail(
            "The stranger was refused, but has heard something before.",
            expected="stranger hears nothing",
            actual=f"stranger heard {refusal.heard[0]}",
            hint="Look at the token first, and emit afterwards.",
            mistake="greets-before-checking",
            about=refusal.heard[0],
        )
    member(server, "amber-heron")
    ben_arrived = ada.expect_event("arrived", "Ben")
    others = [event for event in ada.heard() if event is not ben_arrived]
    if others:
        fail(
            "A member heard of a stranger who was refused.",
            expected="Ada hears “arrived” for members only",
            actual=f"Ada heard {others[0]}",
            hint="Look at the token first, and tell the others afterwards.",
            mistake="greets-before-checking",
            about=others[0],
        )


@check(after=strangers_are_refused)
def whoever_brings_no_token_is_refused_too(server: Server) -> None:
    """A client without a token, or with nonsense, is refused in the same way"""
    for auth in (None, {made_up(): made_up()}, {"token": [random_number()]}, [made_up()], {"token": None}):
        knocked = server.tries("stranger", auth=auth)
        brought = "no auth" if auth is None else f"the auth {show(auth)}"
        if isinstance(knocked, Client):
            fail(
                f"Your server let in a client that brought {brought}.",
                expected="stranger is refused",
                actual="stranger is connected",
                hint="What does your connect handler do with it? Does it crash, and who answers then?",
                mistake="error-handler-opens-the-door" if server.exceptions() or auth is None else None,
                about=knocked,
            )
        judge_nonsense(knocked, brought)


def judge_nonsense(refusal: Refusal, brought: str) -> None:
    if not refusal.answered:
        fail(
            f"A client that brought {brought} got neither a yes nor a no.",
            expected="stranger is refused",
            actual="no answer at all",
            hint="A crash in connect is never answered. Make sure of what auth is before you look into it.",
            mistake="crashes-without-auth",
            about=refusal,
        )


def member(server: Server, token: str) -> Client:
    auth: Any = {"token": token}
    knocked = server.tries(MEMBERS[token], auth=auth)
    if isinstance(knocked, Client):
        return knocked
    if not knocked.answered:
        return server.client(MEMBERS[token], auth=auth)  # fails, and says what was raised
    fail(
        "Your server refused a member.",
        expected=f"{MEMBERS[token]} is let in with {show(auth)}",
        actual=str(knocked),
        hint="The token stands in what connect is given: def knock(auth).",
        mistake="looks-elsewhere",
        about=knocked,
    )


def made_up() -> str:
    return f"{random_word()}-{random_word(5)}"
