"""A long job that reports how far it is, under gevent."""

from course.grading.author import Answer, Client, Server, check, fail, random_word

PERCENT = [20, 40, 60, 80, 100]
JOB_SECONDS = 5.0
"""So long the job may take at most; the one we ask for takes one second."""
SPREAD_SECONDS = 0.5
"""Between the first report and the last, where four waits of 0.2 s lie. All in one go it is a few milliseconds."""
HELD_UP_SECONDS = 0.5
"""What another client waits at most. A server that lets nobody in meanwhile lets it wait for most of the second."""


@check
def progress_comes_and_then_the_answer(server: Server) -> None:
    """Five “progress” events, and then the acknowledgement"""
    asker = server.client("asker")
    name = random_word()
    answer = asker.ask("copy", name, within=JOB_SECONDS)
    answer.expect(f"{name} is copied", hint="The handler returns at the end what it returned before.")
    asker.fence()
    came = [event.value for event in asker.heard("progress")]
    early = came != PERCENT and asker.wait_for(lambda: len(asker.heard("progress")) == len(PERCENT), JOB_SECONDS)
    if early:
        fail(
            "The acknowledgement came before the work was done.",
            expected="progress with 20, 40, 60, 80 and 100, then the acknowledgement",
            actual=f"the acknowledgement after {len(came)} of them",
            hint="Do the work in the handler, and return at its end.",
            mistake="answers-too-early",
            about=answer,
        )
    if came != PERCENT:
        fail(
            "The progress is not what it should be.",
            expected="five events “progress”, with 20, 40, 60, 80 and 100",
            actual=f"“progress” with {', '.join(map(str, came))}" if came else "no “progress”",
            hint="Emit one number after each fifth of the work.",
            mistake="one-event-for-all" if came == [PERCENT] else None,
            about=asker,
        )


@check(after=progress_comes_and_then_the_answer)
def progress_comes_while_it_happens(server: Server) -> None:
    """They come one after another"""
    asker, other = server.clients("asker", "other")
    job = asker.ask_later("copy", random_word())
    with other.measuring("hello") as latency:
        finish(asker, job)
    held_up = latency.worst > HELD_UP_SECONDS
    reports = asker.heard("progress")
    spread = reports[-1].time - reports[0].time
    if spread < SPREAD_SECONDS:
        fail(
            "The progress came all at once.",
            expected="five events, about 0.2 s apart",
            actual=f"{len(reports)} events within {spread * 1000:.0f} ms",
            hint="emit puts an event into a queue. Somebody must get a turn to empty it.",
            mistake="time-sleep" if held_up else "all-at-the-end",
            about=reports[-1],
        )


@check(after=progress_comes_and_then_the_answer)
def others_are_served_meanwhile(server: Server) -> None:
    """Other clients are served meanwhile"""
    asker, other = server.clients("asker", "other")
    job = asker.ask_later("copy", random_word())
    with other.measuring("hello") as latency:
        finish(asker, job)
    latency.expect_below(
        HELD_UP_SECONDS, hint="There is a sleep that lets others work meanwhile.", mistake="time-sleep"
    )


@check(after=progress_comes_and_then_the_answer)
def only_the_asker_sees_it(server: Server) -> None:
    """Only the client that asked sees the progress"""
    asker, bystander = server.clients("asker", "bystander")
    answer = asker.ask("copy", random_word(), within=JOB_SECONDS)
    bystander.expect_nothing(
        after=answer, hint="Inside the handler, emit answers the one who asked.", mistake="tells-everybody"
    )


def finish(asker: Client, job: Answer) -> None:
    """Wait until the job is acknowledged, and its last report is there."""
    if not asker.wait_answered(job, JOB_SECONDS):
        job.expect_arrived(hint="The handler returns at the end what it returned before.")
    asker.fence()
