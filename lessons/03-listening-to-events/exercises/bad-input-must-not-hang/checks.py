"""What a client sees when it sends nonsense."""

from typing import Any

from course.grading.author import Answer, Client, Server, check, fail, random_number, random_word, show

ERROR = 'an acknowledgement like {"error": "what went wrong"}'

PYTHONS_WORDS = ("division by zero", "positional argument", "can't multiply sequence", "Error(", "Traceback")


@check
def good_input_still_works(server: Server) -> None:
    """Good input is still answered with the result"""
    asker = server.client("asker")
    expect_quotient(asker)
    text, times = random_word(), random_number(2, 5)
    asker.ask("repeat", text, times).expect(text * times, hint="“repeat” returns text * times when that can be done.")


@check
def a_missing_value_is_answered(server: Server) -> None:
    """“divide” with a value missing is answered with an error"""
    asker = server.client("asker")
    a = random_number()
    answer = asker.ask("divide", a)
    if not asker.connected:
        fail(
            "Your server disconnected the client instead of answering it.",
            expected=ERROR,
            actual="the client was disconnected",
            hint="Return an error and let the client stay.",
            mistake="hangs-up",
            about=asker,
        )
    if not answer.arrived and is_error(asker.ask("divide", a, 0)):
        answer.expect_arrived(
            hint="This error happens before the first line of your handler runs, outside its try.",
            mistake="try-inside-the-handler",
        )
    expect_error(answer, f"“divide” with only {a}")


@check(after=a_missing_value_is_answered)
def impossible_values_are_answered(server: Server) -> None:
    """So are a division by zero and a division of words"""
    asker = server.client("asker")
    by_zero = asker.ask("divide", random_number(), 0)
    by_zero.expect_arrived(
        hint="A missing value and a division by zero are exceptions of two kinds. Catch both.",
        mistake="only-one-kind-of-error",
    )
    expect_error(by_zero, "a division by 0")
    expect_error(asker.ask("divide", random_word(), random_word()), "a division of two words")


@check(after=a_missing_value_is_answered)
def every_event_is_guarded(server: Server) -> None:
    """“repeat” answers nonsense just as well"""
    asker = server.client("asker")
    for values in ((random_word(),), (random_word(), random_word()), (random_word(), 2, random_word())):
        answer = asker.ask("repeat", *values)
        if not answer.arrived:
            answer.expect_arrived(
                hint="One error handler for all events is less work than a try in each.",
                mistake="only-one-event-guarded",
            )
        expect_error(answer, f"“repeat” with {show(*values)}")


@check(after=(a_missing_value_is_answered, impossible_values_are_answered, every_event_is_guarded))
def the_words_are_your_own(server: Server) -> None:
    """What Python says about an error stays on the server"""
    asker = server.client("asker")
    for event, values in (("divide", (random_number(), 0)), ("divide", (random_number(),)), ("repeat", ("a", "b"))):
        answer = asker.ask(event, *values)
        expect_error(answer, f"“{event}” with {show(*values)}")
        text = answer.value["error"]
        if any(words in text for words in PYTHONS_WORDS):
            fail(
                "The client is told what Python says about your code.",
                expected="a sentence of your own that says what to send instead",
                actual=show(text),
                hint="Print the exception for yourself, and return a text that you have written.",
                mistake="sends-pythons-words",
                about=answer,
            )


@check(after=(good_input_still_works, a_missing_value_is_answered))
def the_conversation_goes_on(server: Server) -> None:
    """Afterwards all goes on, and nobody else heard of it"""
    asker, bystander = server.clients("asker", "bystander")
    answer = asker.ask("divide", random_number())
    expect_error(answer, "“divide” with a value missing")
    bystander.expect_nothing(after=answer, hint="Return the error, and emit nothing.", mistake="tells-everybody")
    asker.expect_connected(hint="Return an error and let the client stay.", mistake="hangs-up")
    expect_quotient(asker)
    expect_quotient(bystander)


def expect_quotient(client: Client) -> None:
    b, quotient = random_number(2, 99), random_number()
    answer = client.ask("divide", b * quotient, b)
    wrapped = isinstance(answer.value, dict) and quotient in answer.value.values()
    answer.expect(
        quotient,
        hint="“divide” returns a / b itself when that can be done.",
        mistake="wraps-the-result" if wrapped else None,
    )


def is_error(answer: Answer) -> bool:
    return len(answer.values) == 1 and has_error_text(answer.value)


def has_error_text(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("error"), str) and bool(value["error"])


def expect_error(answer: Answer, what: str) -> None:
    answer.expect_arrived(hint="A handler that raises sends no acknowledgement. Who could catch the exception?")
    if is_error(answer):
        return
    mistake = None
    if answer.is_exactly():
        mistake = "returns-nothing"
    elif isinstance(answer.value, str):
        mistake = "error-without-its-key"
    fail(
        f"The answer to {what} is no error a client could read.",
        expected=ERROR,
        actual=show(*answer.values) if answer.values else "an empty acknowledgement",
        hint="Return a dictionary with the key “error” and a text.",
        mistake=mistake,
        about=answer,
    )
