"""Settings are checked at the start: a wrong one is refused with its name."""

from pathlib import Path

import pytest

from course.config import SettingRefused, read_settings


def settings(tmp_path: Path, **environment: str):
    return read_settings({"INSTANCE_DIR": str(tmp_path), **environment})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("SANDBOX", "maybe"),
        ("SANDBOX_SLOTS", "0"),
        ("SANDBOX_RESIDENT_BYTES", "lots"),
        ("PRODUCTION", "perhaps"),
        ("WEB_CONCURRENCY", "2"),
        ("KEEP_DAYS", "-1"),
        ("KEEP_VISITORS_DAYS", "long"),
        ("STORAGE_MB", "2 GB"),
        ("LIMIT_EXCEPTIONS", "203.0.113.0/24 until yesterday"),
        ("LIMIT_EXCEPTIONS", "everybody"),
        ("EDIT_URL", "javascript:alert(1)"),
        ("COURSE_URL", "example.org"),
        ("SANDBOX_HOST", "https://run.example.org"),
        ("SANDBOX_HOST", "run.example.org"),  # without COURSE_URL
    ],
)
def test_it_refuses_a_value_that_can_not_be_right_and_names_it(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingRefused, match=name):
        settings(tmp_path, **{name: value})


def test_programs_may_have_a_host_of_their_own_which_is_not_the_courses(tmp_path: Path) -> None:
    course = {"COURSE_URL": "https://example.org"}
    assert (
        settings(tmp_path, SANDBOX_HOST="Run.example.org:8443", **course).sandbox_url == "https://run.example.org:8443"
    )
    assert settings(tmp_path, **course).sandbox_url == ""
    with pytest.raises(SettingRefused, match="SANDBOX_HOST"):
        settings(tmp_path, SANDBOX_HOST="example.org", **course)


@pytest.mark.parametrize("course", ["https://example.org/duplex", "https://[", "https://user@example.org", "https://"])
def test_beside_programs_with_a_host_of_their_own_the_course_is_an_origin(tmp_path: Path, course: str) -> None:
    with pytest.raises(SettingRefused, match="COURSE_URL"):
        settings(tmp_path, SANDBOX_HOST="run.example.org", COURSE_URL=course)


def test_a_secret_key_is_no_short_word(tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match="SECRET_KEY"):
        settings(tmp_path, PRODUCTION="1", SECRET_KEY="x" * 15)
    assert settings(tmp_path, PRODUCTION="1", SECRET_KEY="x" * 16).production


def test_production_wants_a_secret_key(tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match="SECRET_KEY"):
        settings(tmp_path, PRODUCTION="1")
    assert settings(tmp_path, PRODUCTION="1", SECRET_KEY="x" * 32).production


@pytest.mark.parametrize("unsafe", [{"PRODUCTION": "1", "SECRET_KEY": "x" * 32}, {"HOST": "0.0.0.0"}])
def test_strangers_code_never_runs_unconfined_where_strangers_can_reach_it(
    tmp_path: Path, unsafe: dict[str, str]
) -> None:
    with pytest.raises(SettingRefused, match="unconfined"):
        settings(tmp_path, SANDBOX="unconfined", **unsafe)


def test_a_port_set_by_a_platform_does_not_make_it_production(tmp_path: Path) -> None:
    assert not settings(tmp_path, PORT="8080", DYNO="web.1").production


def test_the_development_key_survives_a_restart_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    assert settings(tmp_path).secret_key == settings(tmp_path).secret_key
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


def test_a_platform_s_postgres_address_gets_its_driver(tmp_path: Path) -> None:
    assert settings(tmp_path, DATABASE_URL="postgres://u@h/d").database_url == "postgresql+psycopg://u@h/d"
