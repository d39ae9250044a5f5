"""A recorded run is watched: it plays with its captions, goes step by step by keyboard, and can be scrubbed."""

import re

from playwright.sync_api import expect

from tests.browser.faults import part_faults

LESSON = "/lessons/emitting-events/"
MOVES = """(player) => {
  const entry = player.querySelector("g.seq-entry");
  entry.classList.add("is-new");
  return getComputedStyle(entry).animationName;
}"""

# The path of the clients' lanes, when two of them end at different heights.
ENDS_APART = re.compile(r"V([\d.]+)M.*V(?!\1(?:M|$))")


def test_a_run_is_played_stepped_and_scrubbed(open_page):
    page = open_page(f"{LESSON}?mode=watch")
    player = page.locator("watch-player")
    play = player.locator(".watch-bar").get_by_role("button", name=re.compile("Play|Pause"))
    expect(play).to_have_text("Play")
    caption, count = player.locator(".watch-caption"), player.locator(".watch-count")
    expect(caption).to_have_text("A, B and C are connected to the same server.")
    entries = player.locator("sequence-diagram .seq-entry")
    expect(entries).to_have_count(0)

    expect(player.get_by_role("button", name="One step back")).to_be_disabled()
    player.get_by_role("button", name="One step on").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(count).to_have_text(re.compile(r"^3 /"))
    page.keyboard.press("ArrowLeft")
    expect(count).to_have_text(re.compile(r"^2 /"))
    expect(entries).not_to_have_count(0)

    slider = player.get_by_role("slider", name="Place in the recording")
    slider.focus()
    page.keyboard.press("End")
    expect(caption).to_contain_text("Each emit says who it is for.")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^Step (\d+) of \1$"))
    expect(player.locator("sequence-diagram")).to_contain_text("typing")
    expect(play).to_have_text("Play again")

    assert part_faults(page, "watch player", "watch-player", "lesson") == []

    play.click()
    expect(play).to_have_text("Pause")
    expect(count).not_to_have_text(re.compile(r"^1 /"))  # it goes on by itself
    play.click()
    expect(play).to_have_text("Play")

    assert player.evaluate(MOVES) != "none"
    page.emulate_media(reduced_motion="reduce")
    assert player.evaluate(MOVES) == "none"


def test_a_replay_does_not_show_beforehand_who_will_leave(open_page):
    page = open_page("/lessons/connections/?mode=watch")
    player = page.locator("watch-player").first
    lanes = player.locator(".lane-line:not(.is-server)")
    slider = player.get_by_role("slider", name="Place in the recording")
    slider.focus()
    page.keyboard.press("End")
    expect(player.get_by_text("C leaves")).to_be_visible()
    expect(lanes).to_have_attribute("d", ENDS_APART)
    page.keyboard.press("Home")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    expect(player.get_by_text("C connected")).to_be_visible()
    expect(lanes).not_to_have_attribute("d", ENDS_APART)


def test_without_a_script_the_captions_tell_it(new_context, site):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{site.url}{LESSON}?mode=watch")
    expect(page.locator(".watch-told li").first).to_have_text("A, B and C are connected to the same server.")
    expect(page.locator("watch-player button")).to_have_count(0)
