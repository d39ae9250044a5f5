"""The course map: what the course is about, with a prediction that works as a plain form; then the steps by level."""

import re

from flask.testing import FlaskClient

QUESTION = "/lessons/opening/questions/walkie-talkie"


def option(page: str, words: str) -> str:
    found = re.search(rf'value="([^"]+)"(?:(?!<label).)*?{words}', page, re.S)
    assert found, words
    return found.group(1)


def test_a_prediction_on_the_map_is_answered_there(learner: FlaskClient) -> None:
    before = learner.get("/").text
    assert "full-duplex</strong>, as a phone" not in before, "the reason is told before the answer"
    right = option(before, "You wait until")
    after = learner.post(QUESTION, data={"choice": right}, follow_redirects=True)
    assert after.request.path == "/"
    assert "Right." in after.text
    assert "full-duplex" in after.text


def test_a_wrong_guess_can_be_made_again(learner: FlaskClient) -> None:
    wrong = option(learner.get("/").text, "Either side may begin")
    answered = learner.post(QUESTION, data={"choice": wrong}, follow_redirects=True).text
    assert "Not quite" in answered
    again = learner.get("/lessons/opening/?again=walkie-talkie", follow_redirects=True)
    assert again.request.path == "/"
    assert "Not quite" not in again.text


def test_the_openings_own_address_leads_to_the_map(learner: FlaskClient) -> None:
    answer = learner.get("/lessons/opening/")
    assert (answer.status_code, answer.location) == (302, "/")


def test_steps_of_one_level_stand_together(learner: FlaskClient) -> None:
    page = learner.get("/").text
    levels = re.findall(r'class="level-name">(\w+)', page)
    assert levels == sorted(set(levels), key=levels.index), "a level is there twice"
    assert page.index(">Intermediate") < page.index("Listening to events</a></h4>")


def test_the_introduction_makes_way_for_the_steps_of_somebody_who_has_begun(learner: FlaskClient) -> None:
    def order() -> list[str]:
        return re.findall(r'id="(what-it-is|steps)"', learner.get("/").text)

    assert order() == ["what-it-is", "steps"]
    lesson = learner.get("/lessons/listening-to-events/").text
    learner.post("/lessons/listening-to-events/questions/one-or-many", data={"choice": option(lesson, "Just one")})
    assert order() == ["steps", "what-it-is"]
