"""A learner's page in a real browser: it may talk to its own server and to nothing of the course."""


def test_a_hostile_page_reaches_its_own_server_and_nothing_else(browser, gunicorn):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{gunicorn.base}/lessons")  # the visitor has the course's cookie
    page.goto(f"{gunicorn.base}{gunicorn.prefix('browser')}/hostile-page")
    assert page.evaluate("window.seen") == {
        "origin": "null",
        "cookie": "SecurityError",
        "storage": "SecurityError",
        "worker": "SecurityError",
        "popup": "refused",
        "frame": "TypeError",
        "fetchCourse": "TypeError",
        "fetchCourseByRedirect": "refused",
        "fetchElsewhere": "TypeError",
        "image": "refused",
        "courseSocket": "refused",
        "ownSocket": "opened",
        "ownFetch": "{}",
        "form": "refused",
    }
    assert "secret" not in str(gunicorn.request("GET", "/seen").json["headers"])
    context.close()
