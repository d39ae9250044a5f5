"""A job that computes, and the others who want to move on."""

import hashlib

from course.grading.author import Server, check, fail, random_word

WORK = 1_200_000
"""Rounds: a second of work or more, on any machine."""
AT_MOST = 0.25
"""Seconds a bystander waits; a frozen server lets it wait for the whole job."""


def digest_of(word: str, rounds: int) -> str:
    value = word.encode()
    for _ in range(rounds):
        value = hashlib.sha256(value).digest()
    return value.hex()


@check
def the_result_is_right(server: Server) -> None:
    """The asker hears the right digest"""
    asker = server.client("asker")
    word, rounds = random_word(), 2500
    asker.emit("digest", word, rounds)
    right = digest_of(word, rounds)
    asker.wait_patiently(lambda: asker.heard("digested"))
    if any(event.value == digest_of(word, 1000) for event in asker.heard("digested")):
        fail(
            "The word was hashed fewer times than the client asked for.",
            expected=f"{rounds} rounds: {right[:12]}…",
            actual="1000 rounds",
            hint="Do the whole work, but elsewhere.",
            mistake="skips-the-work",
            about=asker,
        )
    asker.expect_event("digested", right, hint="Hash the word as often as the client asks.")


@check(after=the_result_is_right)
def nobody_else_hears_it(server: Server) -> None:
    """Only the asker hears it"""
    asker, bystander = server.clients("asker", "bystander")
    word = random_word()
    asker.emit("digest", word, 10)
    heard = asker.expect_event("digested", digest_of(word, 10))
    bystander.expect_nothing(after=heard, hint="Answer the one who asked.", mistake="tells-everybody")


@check(after=the_result_is_right)
def others_move_on(server: Server) -> None:
    """Others are answered while it computes"""
    asker, bystander = server.clients("asker", "bystander")
    word = random_word()
    with bystander.measuring("ping") as latency:
        asker.emit("digest", word, WORK)
        asker.expect_events("digested", times=1, within=20)
    latency.expect_below(
        AT_MOST,
        hint="A background task is one more greenlet: use a native thread, or real pauses.",
        mistake="computes-in-a-task",
    )
