"""What the clients of the adding machine can see."""

from course.grading.author import Answer, Client, Server, check, fail, random_number, show

RETURN = "What a handler returns travels back as the acknowledgement."


@check
def answers_with_the_sum(server: Server) -> None:
    """The acknowledgement of “add” carries the sum"""
    asker = server.client("asker")
    a, b = random_number(), random_number()
    answer = asker.ask("add", a, b)
    if answer.arrived:
        recognise_wrong_answer(answer, a + b)
    else:
        recognise_silence(server, answer, a, b)
    answer.expect(a + b, hint=RETURN)


@check(after=answers_with_the_sum)
def each_question_gets_its_own_sum(server: Server) -> None:
    """Every question gets a sum of its own"""
    for client in server.clients("first", "second", "third"):
        a, b = random_number(), random_number()
        answer = client.ask("add", a, b)
        if not answer.is_exactly(a + b):
            recognise_running_total(client, answer)
        answer.expect(a + b, hint=RETURN)


@check(after=answers_with_the_sum)
def nobody_else_hears_the_sum(server: Server) -> None:
    """Only the client that asked hears the sum"""
    asker, bystander = server.clients("asker", "bystander")
    answer = asker.ask("add", random_number(), random_number())
    answer.expect_arrived()
    bystander.expect_nothing(
        after=answer, hint="The returned value is all the answer there needs to be.", mistake="broadcasts-the-sum"
    )


def recognise_wrong_answer(answer: Answer, total: int) -> None:
    emitted = [event for event in answer.heard_instead() if total in event.args]
    if not answer.values and emitted:
        fail(
            "The sum came as an event of its own; the acknowledgement is empty.",
            expected=f"an acknowledgement with {show(total)}",
            actual=f"an empty acknowledgement, and the event {emitted[0]}",
            hint="Return the sum instead of emitting it.",
            mistake="emit-instead-of-return",
            about=emitted[0],
        )
    if answer.is_exactly(str(total)):
        answer.expect(total, hint="Return the number itself, not its digits as text.", mistake="sum-as-text")


def recognise_silence(server: Server, answer: Answer, a: int, b: int) -> None:
    if any("coroutine" in exception.message for exception in server.exceptions()):
        fail(
            "Your handler never ran: it made a coroutine that nobody awaits.",
            expected=f"an acknowledgement with {show(a + b)}",
            actual="no acknowledgement",
            hint="Write def instead of async def.",
            mistake="async-def",
            about=answer,
        )
    asker = answer.client
    if asker.connected and asker.ask("add", [a, b]).is_exactly(a + b):
        fail(
            "Your handler adds what is inside one list, but the client sends two values.",
            expected=f"an acknowledgement with {show(a + b)} for add({a}, {b})",
            actual="no acknowledgement: a handler with one parameter can't take two values",
            hint="Give the handler one parameter for each value: def add(a, b).",
            mistake="takes-one-list",
            about=answer,
        )


def recognise_running_total(client: Client, answer: Answer) -> None:
    nothing = client.ask("add", 0, 0) if answer.arrived else answer
    if nothing.arrived and nothing.is_exactly(*answer.values):
        fail(
            "Your server still remembers the questions before this one.",
            expected="add(0, 0) is answered with 0",
            actual=f"add(0, 0) is answered with {show(*answer.values)}",
            hint="Use nothing but the two numbers that came with this question.",
            mistake="keeps-a-running-total",
            about=nothing,
        )
