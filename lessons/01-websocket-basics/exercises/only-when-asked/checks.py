"""The score reaches those who only listen: when it changes, and when they come."""

from typing import Any

from course.grading.author import ANY, Client, Received, Server, check, fail, show

CHANGE = "Tell everybody where the score changes: in “goal”, with socketio.emit."
GREET = "In a “connect” handler, emit answers the one who connects."
TEAMS = ("home", "guests", "home")


@check
def goals_are_told(server: Server) -> None:
    """Everybody hears the new score after a goal, without asking"""
    referee, fan, other = server.clients("referee", "fan", "other")
    before = asked(referee)
    referee.emit("goal", "home")
    fan.wait_patiently(lambda: told_goal(fan, before))
    referee.fence()
    mistake = "only-the-referee" if told_goal(referee, before) and not told_goal(fan, before) else None
    for client in (fan, other):
        if client.wait_patiently(lambda client=client: told_goal(client, before)):
            continue
        score = client.expect_event("score", ANY, hint=CHANGE, mistake=mistake)
        fail(
            f"{client.name} was not told the goal.",
            expected="“score” with one more for “home”",
            actual=show(score.value),
            hint=CHANGE,
            mistake=mistake,
            about=score,
        )


@check(after=goals_are_told)
def a_newcomer_knows(server: Server) -> None:
    """A newcomer hears the present score, and nobody else hears it again"""
    referee, fan = server.clients("referee", "fan")
    for team in TEAMS:
        referee.emit("goal", team)
    fan.wait_patiently(lambda: len(fan.heard("score")) >= len(TEAMS))
    present = max(goals(score) for score in fan.expect_events("score", times=1, hint=CHANGE))
    greeting = server.client("newcomer").expect_event("score", ANY, hint=GREET, mistake="newcomers-wait")
    if goals(greeting) < present:
        fail(
            "The newcomer hears an old score.",
            expected=f"“score” with {present} goals or more",
            actual=str(greeting),
            hint="Send the score as it is at this moment.",
            about=greeting,
        )


@check(after=a_newcomer_knows)
def silence_between_goals(server: Server) -> None:
    """Without a goal, nobody hears a score"""
    referee, fan = server.clients("referee", "fan")
    fan.expect_event("score", ANY, hint=GREET)
    fan.fence()
    fan.forget()
    quiet = fan.wait_for(lambda: fan.heard("score"), 0.5)
    repeated = bool(quiet)
    greeted = server.client("newcomer").expect_event("score", ANY, hint=GREET)
    fan.expect_nothing(
        after=greeted,
        event="score",
        hint="Only a goal is news." if repeated else GREET,
        mistake="repeats-itself" if repeated else "newcomers-tell-all",
    )
    referee.emit("goal", "guests")
    fan.expect_events("score", times=1, hint=CHANGE)


def asked(referee: Client) -> dict[str, Any]:
    """Return the present score, as the server tells it to whoever connects or asks; nothing where it tells nobody."""
    referee.emit("score?")
    referee.wait_for(lambda: referee.heard("score"), referee.patience / 2)
    referee.fence()
    heard = referee.heard("score")
    referee.forget()
    return dict(heard[-1].value) if heard and isinstance(heard[-1].value, dict) else {}


def goals(score: Received) -> int:
    """Return how many goals there were, of both teams."""
    return sum(score.value.values()) if isinstance(score.value, dict) else 0


def told_goal(client: Client, before: dict[str, Any]) -> bool:
    """Whether this client has heard of one more goal at home."""
    return any(
        isinstance(score.value, dict) and score.value.get("home") == before.get("home", 0) + 1
        for score in client.heard("score")
    )
