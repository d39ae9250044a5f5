"""Reports: answered at once, and delivered to the one who asked."""

from course.grading.author import Client, Server, check, fail, random_word, show

PASS_IT_ON = "Give the task the sid of the one who asks, and emit to= it."


@check
def answers_at_once(server: Server) -> None:
    """“report” is acknowledged before the work is done"""
    asker = server.client("asker")
    asker.ask("report", random_word()).expect("on its way", hint="Start the task, then return.")
    early = asker.heard("ready")
    if early:
        fail(
            "The acknowledgement came when the work was done already.",
            expected="“on its way” first, “ready” later",
            actual=f"{early[0]} came first",
            hint="Let a background task do the work; the handler returns at once.",
            mistake="lets-them-wait",
            about=early[0],
        )


@check
def the_one_who_asked_hears_it(server: Server) -> None:
    """Only the client that asked hears “ready”"""
    asker, bystander = server.clients("asker", "bystander")
    word = random_word()
    asker.ask("report", word).expect_arrived()
    if not asker.wait_for(lambda: asker.heard("ready"), asker.patience + 1):
        recognise_no_context(server, word)
    ready = asker.expect_event("ready", word, len(word), hint=PASS_IT_ON)
    bystander.expect_nothing(after=ready, hint=PASS_IT_ON, mistake="to-everybody")


@check(after=the_one_who_asked_hears_it)
def two_at_once(server: Server) -> None:
    """Two clients that ask at once hear their own results"""
    ann, ben = server.clients("ann", "ben")
    words = {ann: random_word(5), ben: random_word(9)}
    for client, word in words.items():
        client.ask("report", word).expect_arrived()
    for client, word in words.items():
        recognise_the_others_result(client, word)
    for client, word in words.items():
        client.expect_event("ready", word, len(word), hint=PASS_IT_ON)


def recognise_no_context(server: Server, word: str) -> None:
    if any("context" in exception.message for exception in server.exceptions()):
        fail(
            "Your task uses emit, and a task has no sender to answer.",
            expected=f"ready({word!r}, {len(word)})",
            actual="Working outside of request context",
            hint="Use socketio.emit in a task, and say whom you mean with to=.",
            mistake="emit-in-the-task",
        )


def recognise_the_others_result(client: Client, word: str) -> None:
    client.wait_for(lambda: client.heard("ready"), client.patience + 1)
    strange = [event for event in client.heard("ready") if event.value != word]
    if strange:
        fail(
            f"{client.name} heard the result that somebody else had asked for.",
            expected=show(word, len(word)),
            actual=f"{client.name} heard {strange[0]}",
            hint="What belongs to one question travels with it: pass the sid to the task.",
            mistake="the-last-one-who-asked",
            about=strange[0],
        )
