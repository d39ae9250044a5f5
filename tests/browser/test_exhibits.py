"""What the text shows live: a race, a bystander's latency, one's own handshake, and a drawing that moves."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.faults import part_faults
from tests.browser.test_accessibility import faults_in_every_size
from tests.stage.courses import SLUG, exhibits_course
from tests.stage.running_site import RunningSite
from tests.stage.workbench import Workbench

PATIENCE_MS = 120_000
"""A race takes four times four seconds, and this machine may be busy."""


pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def exhibits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    folder = tmp_path_factory.mktemp("exhibits")
    running = RunningSite(folder / "instance", COURSE_DIR=str(exhibits_course(folder / "lessons"))).start()
    yield running
    running.stop()


@pytest.fixture
def page(open_page, exhibits) -> Page:
    return open_page(f"/lessons/{SLUG}/", on=exhibits)


def counts(lane: Locator) -> dict[str, str]:
    labels, figures = lane.locator("dt").all_inner_texts(), lane.locator("dd").all_inner_texts()
    return dict(zip(labels, figures, strict=True))


def has_result(exhibit: Locator) -> Locator:
    result = exhibit.locator(".exhibit-result")
    expect(result).not_to_be_empty(timeout=PATIENCE_MS)
    return result


def expect_whole(frames: Locator) -> None:
    """Require the upgrade and the server's answer to CONNECT, which may come in either order."""
    for frame in (r"^5$", r"^40\{"):
        expect(frames.filter(has_text=re.compile(frame))).to_have_count(1, timeout=PATIENCE_MS)


def test_the_race_measures_four_ways_to_follow_one_feed(page):
    race = page.locator("exhibit-race")
    race.get_by_role("button", name="Start the race").press("Enter")
    result = has_result(race)
    lanes = {lane.locator("strong").inner_text(): counts(lane) for lane in race.locator(".lane").all()}
    assert list(lanes) == ["Polling", "Long-polling", "Server-Sent Events", "WebSocket"]
    for name, lane in lanes.items():
        assert int(lane["messages"]) > 0, name
        assert re.fullmatch(r"[\d.]+ (ms|s)", lane["delay, median"]), name
        assert re.fullmatch(r"[\d.]+ K?B", lane["bytes"]), name
        expect(result).to_contain_text(f"by {name[0].lower() if name[0] in 'PL' else name[0]}{name[1:]}")
    assert lanes["Server-Sent Events"]["requests"] == lanes["WebSocket"]["requests"] == "1"
    assert int(lanes["Long-polling"]["requests"]) > 1
    drawn = race.locator(".lane", has_text="WebSocket").locator("circle.lane-arrived").count()
    assert drawn == int(lanes["WebSocket"]["messages"])
    assert race.locator(".lane", has_text="WebSocket").locator(".lane-request").count() == 1
    handshake = page.locator("exhibit-handshake")
    expect(handshake.locator(".frames-list")).to_be_visible()  # the race's client A has been captured there
    assert part_faults(page, "a race that was run", "exhibit-race", "lesson") == []
    assert part_faults(page, "a connection that was captured", "exhibit-handshake", "lesson") == []


def test_a_race_can_be_stopped_and_run_again(page):
    race = page.locator("exhibit-race")
    race.get_by_role("button", name="Start the race").click()
    first = race.locator(".lane").first
    expect(first.locator("circle.lane-arrived").first).to_be_attached(timeout=PATIENCE_MS)
    race.get_by_role("button", name="Stop").click()
    expect(race.locator(".exhibit-bar .note")).to_have_text("Stopped.")
    expect(race.locator(".exhibit-result")).to_be_empty()
    race.get_by_role("button", name="Start the race").click()
    expect(race.locator(".exhibit-bar .note")).to_contain_text("is running", timeout=PATIENCE_MS)


def test_a_job_is_measured_by_a_bystander_and_kept(page):
    latency = page.locator("exhibit-latency")
    latency.get_by_role("button", name="sleep").click()
    expect(has_result(latency)).to_contain_text(
        re.compile(r"While “sleep” ran under threading, client B waited [\d.]+ m?s")
    )
    cell = latency.get_by_role("row", name="sleep").get_by_role("cell").first
    expect(cell).to_have_text(re.compile(r"^[\d.]+ m?s$"))
    expect(latency.get_by_role("row", name="cpu").get_by_role("cell").first).to_have_text("not tried")
    expect(latency.locator(".chart-line")).to_have_attribute("d", re.compile(r"^M.*L"))
    expect(latency.locator(".chart-marks text")).to_have_text("sleep")

    bench = Workbench(page)
    expect(bench.frame("worker").filter(has_text="sleep")).not_to_have_count(0)
    assert "probe-b" not in bench.wire.inner_text(), "the bystander's questions push everybody else's frames out"

    assert part_faults(page, "a job that was measured", "exhibit-latency", "lesson") == []
    measured = cell.inner_text()
    page.reload()
    expect(cell).to_have_text(measured)
    latency.get_by_role("button", name="Forget these").click()
    expect(cell).to_have_text("not tried")


def test_the_same_job_under_another_runtime_stays_as_a_faint_line(page):
    earlier = [
        {"runtime": "gevent", "job": "cpu", "worst": 1450, "line": [[0, 1450], [500, 950], [1400, 50], [2000, 3]]}
    ]
    page.evaluate(
        "([key, runs]) => localStorage.setItem(key, JSON.stringify(runs))", [f"duplex:latency:{SLUG}:jobs", earlier]
    )
    page.reload()
    latency = page.locator("exhibit-latency")
    row = latency.get_by_role("row", name="cpu").get_by_role("cell")
    expect(row.nth(1)).to_have_text("1.45 s")
    button = latency.get_by_role("button", name="cpu")
    button.press("Enter")
    has_result(latency)
    expect(row.first).to_have_text(re.compile(r"^[\d.]+ m?s$"))
    expect(latency.locator(".chart-earlier.is-gevent")).to_have_attribute("d", re.compile(r"^M.*L"))
    expect(button).to_be_focused()


def test_a_job_runs_under_the_runtime_that_was_chosen(page):
    latency = page.locator("exhibit-latency")
    latency.get_by_label("Runs under").select_option(label="gevent, monkey-patched")
    latency.get_by_role("button", name="sleep").click()
    expect(has_result(latency)).to_contain_text("under gevent, monkey-patched")
    expect(latency.get_by_role("row", name="sleep").get_by_role("cell")).to_have_text(
        ["not tried", "not tried", re.compile(r"^[\d.]+ m?s$")]
    )


def test_the_measuring_ends_with_its_program(page):
    latency = page.locator("exhibit-latency")
    latency.get_by_role("button", name="Measure").click()
    expect(latency.locator(".exhibit-bar .note")).to_contain_text("Now give client A a job", timeout=PATIENCE_MS)
    Workbench(page).button("Stop").click()
    expect(latency.get_by_role("button", name="Stop")).to_be_disabled()
    expect(latency.get_by_role("button", name="Measure")).to_be_enabled()


def test_the_first_connection_is_captured_explained_and_kept(page):
    handshake = page.locator("exhibit-handshake")
    expect(handshake.locator(".frames-list")).to_be_hidden()
    handshake.get_by_role("button", name="Run the server").click()
    frames = handshake.locator(".frames-list .literal")
    expect_whole(frames)
    literal = frames.all_inner_texts()
    assert literal[0].startswith('0{"sid"')
    assert "40" in literal
    assert "2probe" in literal
    bench = Workbench(page)
    shown = handshake.locator(".raw")
    for place, frame in enumerate(literal):
        expect(handshake.locator(".frame-shown")).to_contain_text(f"Frame {place + 1} of {len(literal)}.")
        assert shown.inner_text() == frame
        assert handshake.locator(".parts dd").count() >= 1
        if place + 1 < len(literal):
            handshake.get_by_role("button", name="Next frame").click()
    expect(handshake.get_by_role("button", name="Next frame")).to_be_disabled()

    page.reload()
    expect(frames).to_have_text(literal)
    handshake.get_by_role("button", name="Capture again").click()
    expect(handshake.locator(".empty")).to_contain_text("Nothing is captured yet")
    expect(handshake.locator(".frames-list")).to_be_hidden()
    bench.client("A").expect_connected()
    bench.client("A").disconnect()
    bench.client("A").connect()
    expect_whole(frames)
    assert frames.first.inner_text() != literal[0], "another connection has another id"


def test_the_phone_line_moves_until_it_is_held_and_not_at_all_by_the_readers_wish(open_page):
    playing = "() => document.getAnimations().filter((each) => each.playState === 'running').length"
    page = open_page("/")
    drawing = page.locator(".phone-line")
    expect(drawing.get_by_role("img", name="Half-duplex and full-duplex")).to_be_visible()
    page.wait_for_function(f"() => ({playing})() >= 6")
    drawing.get_by_label("hold still").check()
    page.wait_for_function(f"() => ({playing})() === 0")
    still = open_page("/", reduced_motion="reduce")
    expect(still.locator(".phone-line")).to_be_visible()
    assert still.evaluate("() => document.getAnimations().length") == 0
    expect(still.get_by_label("hold still")).to_be_hidden()


def test_a_prediction_on_the_map_is_answered_without_leaving_it(open_page):
    page = open_page("/")
    question = page.locator("#question-walkie-talkie")
    page.evaluate("() => { window.stayed = true; }")
    question.get_by_role("radio", name="Either side may begin").check()
    question.get_by_role("button", name="Commit").click()
    expect(question.locator(".verdict")).to_contain_text("Not quite")
    expect(question.locator(".option.is-correct")).to_contain_text("full-duplex")
    assert page.evaluate("() => window.stayed"), "the page was loaded anew"


def test_a_page_without_an_exhibit_loads_none_of_it(new_context, site):
    page = new_context().new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.url}/playground/")
    expect(page.locator("code-editor .cm-content")).to_be_visible()
    assert [url for url in asked if "/app-" in url]
    assert [url for url in asked if "exhibits-" in url or "map-" in url] == []


def test_exhibits_that_nobody_has_started_have_no_fault(open_page, exhibits):
    page = open_page(f"/lessons/{SLUG}/", on=exhibits, reduced_motion="reduce")
    assert faults_in_every_size(page, "exhibits, empty") == []
