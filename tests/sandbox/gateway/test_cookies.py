"""A learner app's cookies, kept on our side."""

import pytest

from course.sandbox.gateway.cookies import COOKIES_PER_JAR, CookieJar


class Clock:
    now = 1_000_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def jar(clock):
    return CookieJar(clock)


def test_a_stored_cookie_comes_back(jar):
    jar.store("session=abc; HttpOnly; Path=/", "/login")
    assert jar.header("/") == "session=abc"


def test_an_empty_jar_has_no_header(jar):
    assert jar.header("/") is None


def test_the_newer_value_replaces_the_older(jar):
    jar.store("a=1; Path=/", "/")
    jar.store("a=2; Path=/", "/")
    assert jar.header("/") == "a=2"


@pytest.mark.parametrize(
    ("cookie_path", "path", "fits"),
    [
        ("/admin", "/admin", True),
        ("/admin", "/admin/x", True),
        ("/admin/", "/admin/x", True),
        ("/admin", "/administrator", False),
        ("/admin", "/", False),
    ],
)
def test_a_cookie_goes_only_to_its_path(jar, cookie_path, path, fits):
    jar.store(f"a=1; Path={cookie_path}", "/")
    assert jar.header(path) == ("a=1" if fits else None)


def test_without_a_path_it_belongs_to_the_folder_it_came_from(jar):
    jar.store("a=1", "/shop/cart")
    assert jar.header("/shop/other") == "a=1"
    assert jar.header("/") is None


def test_longer_paths_come_first(jar):
    jar.store("a=root; Path=/", "/")
    jar.store("a=deep; Path=/deep", "/")
    assert jar.header("/deep/x") == "a=deep; a=root"


@pytest.mark.parametrize("end", ["Max-Age=0", "Max-Age=-5", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"])
def test_an_expired_cookie_deletes(jar, end):
    jar.store("a=1; Path=/", "/")
    jar.store(f"a=; Path=/; {end}", "/")
    assert jar.header("/") is None


def test_a_cookie_ends_with_its_max_age(jar, clock):
    jar.store("a=1; Path=/; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "/")
    assert jar.header("/") == "a=1"
    clock.now += 61
    assert jar.header("/") is None


@pytest.mark.parametrize("nonsense", ["", "novalue", "=x", ";", f"a={'x' * 5000}"])
def test_nonsense_is_ignored(jar, nonsense):
    jar.store(nonsense, "/")
    assert jar.header("/") is None


def test_a_nonsense_expiry_is_ignored(jar):
    jar.store("a=1; Path=/; Expires=tomorrow; Max-Age=soon", "/")
    assert jar.header("/") == "a=1"


def test_the_oldest_goes_when_the_jar_is_full(jar):
    for number in range(COOKIES_PER_JAR + 1):
        jar.store(f"c{number}=1; Path=/", "/")
    names = [pair.partition("=")[0] for pair in jar.header("/").split("; ")]
    assert names == [f"c{number}" for number in range(1, COOKIES_PER_JAR + 1)]
