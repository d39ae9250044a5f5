"""Who hears an event: said beforehand, then played by the learner's own clients, and marked by what really travelled."""

import re

from playwright.sync_api import expect

LESSON = "/lessons/emitting-events/"


def cell(question, client):
    return question.locator(".cell").filter(has_text=f"Client {client}")


def seen(question):
    return [re.sub(r"\D", "", text) for text in question.locator(".seen").all_text_contents()]


def test_a_guess_is_played_in_the_panes_and_each_cell_is_marked_by_the_trace(open_page):
    page = open_page(LESSON)
    question = page.locator("#question-who-hears-typing")
    times = question.get_by_label("How often client B receives it")
    expect(times).to_be_hidden()  # until it is ticked
    cell(question, "B").get_by_role("checkbox").check()
    cell(question, "C").get_by_role("checkbox").check()
    times.select_option("twice")
    question.get_by_role("button", name="Commit and run it").click()
    expect(question.locator(".verdict")).to_have_text("Not quite: see who heard it.")
    assert seen(question) == ["1", "0", "1"]
    expect(cell(question, "A").locator(".option")).to_have_class(re.compile("is-correct"))
    expect(cell(question, "B").locator(".option")).to_have_class(re.compile("is-mistaken"))
    expect(cell(question, "C").locator(".option")).to_have_class(re.compile("is-correct"))
    expect(cell(question, "B")).to_contain_text("B did not hear it.")
    for client in "ABC":  # it was played by these
        expect(page.locator(f"client-card[data-client={client}] .client-state")).to_contain_text("Connected")
    expect(page.locator("client-card[data-client=A] .received, client-card[data-client=A]").first).to_contain_text(
        "typing"
    )
    expect(page.locator("#panel-wire")).not_to_contain_text("duplex-fence")

    question.get_by_role("button", name="Try again").click()
    expect(question.locator(".seen")).to_have_count(0)
    expect(question.get_by_role("button", name="Commit and run it")).to_be_enabled()
    for client in "AC":
        cell(question, client).get_by_role("checkbox").check()
    question.get_by_role("button", name=re.compile("^(Check my answer|Commit to my guess)$")).click()
    expect(question.locator(".verdict")).to_have_text("Right.")
    page.reload()
    for client in "ABC":  # nobody is cut off in the middle of a handshake by the second run
        expect(page.locator(f"client-card[data-client={client}] .client-state")).to_have_text("Connected · websocket")
    question.get_by_role("button", name="Run it").click()
    expect(question.locator(".seen")).to_have_count(3)
    expect(question.locator(".seen").last).to_have_text("seen 1×")
    expect(question.locator(".verdict")).to_have_text("Right.")
    assert seen(question) == ["1", "0", "1"]
