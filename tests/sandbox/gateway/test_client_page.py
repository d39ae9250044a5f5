"""The page that runs a program's own client code: what it is made of, and what holds it."""

import pytest

from course.content.lesson import client_code
from course.sandbox.gateway import client_page
from course.sandbox.gateway.address import NotPassed, read_address
from course.sandbox.gateway.client_page import client_answer, has_client
from course.sandbox.gateway.headers import request_headers
from tests.sandbox.gateway.test_headers import PREFIX, SANDBOX, environ

BUILT = "https://course.example/static/dist/"
SCRIPT = f"{BUILT}client-frame.js"
PAGE_PREFIX = f"/sandbox/{SANDBOX}/~A"
FILES = {"server.py": "secret = 1", "client.js": "io()", "index.html": "<!DOCTYPE html>\n<h1>Mine</h1>\n"}


def ask(path="/", files=FILES, built=lambda name: BUILT + name, **headers):
    given = read_address(environ(f"{PAGE_PREFIX}{path}", **headers))
    answer, body = client_answer(given, files, built)
    return dict(answer), body.decode()


def policy(**headers):
    given, _ = ask(**headers)
    parts = (part.split() for part in given["Content-Security-Policy"].split(";"))
    return {part[0]: part[1:] for part in parts}


class TestAddress:
    def test_the_mark_means_the_page_and_never_the_learners_server(self):
        found = read_address(environ(f"{PAGE_PREFIX}/client.js"))
        assert (found.is_page, found.client, found.path) == (True, "A", "/client.js")
        assert (found.prefix, found.page_prefix) == (PREFIX, PAGE_PREFIX)
        assert not read_address(environ()).is_page

    @pytest.mark.parametrize("tag", ["~", "~~A", "A~", "~1", "~" + "A" * 17])
    def test_it_refuses_other_marks(self, tag):
        with pytest.raises(NotPassed) as refused:
            read_address(environ(f"/sandbox/{SANDBOX}/{tag}/"))
        assert refused.value.status == 404


class TestPolicy:
    def test_the_origin_is_opaque_and_nothing_is_allowed_that_is_not_said(self):
        assert policy()["sandbox"] == ["allow-scripts", "allow-forms"]
        assert policy()["default-src"] == ["'none'"]

    def test_it_reaches_its_own_files_and_the_server_under_its_own_tag_and_nothing_else(self):
        home = "course.example"
        own = [f"https://{home}{PREFIX}/", f"wss://{home}{PREFIX}/", f"https://{home}{PAGE_PREFIX}/"]
        assert policy()["connect-src"] == own

    def test_of_the_course_it_may_load_one_script(self):
        ours = [source for source in policy()["script-src"] if source.startswith("https://course.example/static")]
        assert ours == [SCRIPT]
        assert policy()["script-src"] == ["'unsafe-inline'", f"https://course.example{PAGE_PREFIX}/", SCRIPT]

    def test_it_can_submit_nothing_anywhere_and_only_the_course_may_frame_it(self):
        assert policy()["form-action"] == policy()["base-uri"] == ["'none'"]
        assert policy()["frame-ancestors"] == ["https://course.example"]

    def test_on_a_host_of_its_own_the_course_is_still_who_may_frame_it(self):
        given = read_address(environ(f"{PAGE_PREFIX}/"), "https://main.example")
        headers, body = client_answer(given, FILES, lambda name: "https://main.example/static/dist/x.js")
        assert "frame-ancestors https://main.example" in dict(headers)["Content-Security-Policy"]
        assert 'data-course="https://main.example"' in body.decode()

    @pytest.mark.parametrize("name", ["Set-Cookie", "Access-Control-Allow-Credentials", "Service-Worker-Allowed"])
    def test_it_is_given_nothing_that_outlives_it(self, name):
        assert name not in ask(HTTP_ORIGIN="null")[0]

    def test_its_files_can_be_read_by_its_own_opaque_origin(self):
        headers, _ = ask("/client.js", HTTP_ORIGIN="null")
        assert headers["Access-Control-Allow-Origin"] == "null"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"

    def test_the_learners_server_is_told_its_own_origin_since_null_is_nobodys(self):
        given = environ(f"{PREFIX}/socket.io/", HTTP_ORIGIN="null")
        assert ("origin", "http://localhost:5000") in request_headers(given, read_address(given), None)


class TestFiles:
    def test_the_learners_page_keeps_its_lines_and_our_script_comes_first(self):
        _, body = ask()
        assert body.startswith(f'<!DOCTYPE html><script src="{SCRIPT}" data-server="{PREFIX}"')
        assert body.split("\n")[1:] == ["<h1>Mine</h1>", ""]

    def test_without_a_page_there_is_a_plain_one(self):
        _, body = ask(files={"server.py": "", "client.js": "io()"})
        assert body.index(SCRIPT) < body.index('<script crossorigin src="client.js">')

    def test_scripts_are_asked_for_with_cors_so_that_their_errors_are_told(self):
        page = '<script src="client.js"></script><script defer src=a.js></script><script>1</script><script crossorigin="" src=b.js>'
        _, body = ask(files={"server.py": "", "index.html": page})
        assert body.partition("</script>")[2] == (
            '<script crossorigin src="client.js"></script><script crossorigin defer src=a.js></script><script>1</script>'
            '<script crossorigin="" src=b.js>'
        )

    def test_what_is_not_built_is_not_asked_for(self):
        headers, body = ask(built=lambda name: "")
        assert "<script" not in body
        assert "https://course.example;" not in headers["Content-Security-Policy"].replace("frame-ancestors", "")

    def test_the_library_is_there_under_the_name_that_it_has_at_home(self):
        assert "already" in ask("/socket.io.min.js")[1]
        assert ask("/socket.io.min.js", {**FILES, "socket.io.min.js": "own"})[1] == "own"

    @pytest.mark.parametrize("path", ["/server.py", "/templates/page.html", "/nothing.js", "/client.py", "/"])
    def test_no_other_file_is_shown(self, path):
        files = {name: text for name, text in FILES.items() if path != "/" or name == "server.py"}
        with pytest.raises(NotPassed) as refused:
            ask(path, files)
        assert refused.value.status == 404

    @pytest.mark.parametrize(("name", "kit"), [("client.jsx", "client-react.js"), ("client.vue", "client-vue.js")])
    def test_a_component_brings_its_framework_and_nothing_else_does(self, name, kit):
        headers, body = ask(files={"server.py": "", name: "<p>"})
        assert body.endswith(f'</html><script src="{BUILT}{kit}"></script>')
        assert f"{SCRIPT} {BUILT}{kit};" in headers["Content-Security-Policy"]
        assert 'src="client.js"' not in body
        headers, body = ask()
        assert kit not in body + headers["Content-Security-Policy"]

    def test_half_a_character_is_no_failure(self):
        assert ask("/client.js", {**FILES, "client.js": "'\ud800'"})[1] == "'?'"

    def test_a_program_has_client_code_when_there_is_some(self):
        assert has_client(FILES) and has_client({"index.html": "<p>"})
        assert not has_client({"server.py": "x", "client.js": " \n"})


def test_the_course_and_the_sandbox_know_the_same_files():
    assert set(client_page.CLIENT_FILES) == set(client_code.CLIENT_FILES)
