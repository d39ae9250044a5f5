"""What may be a program at all, whatever page or form it comes from."""

import pytest

from course.program import FILES_AT_MOST, MAX_SOURCE_BYTES, ProgramRefused, check_files


def why_not(files: dict[str, str]) -> str:
    with pytest.raises(ProgramRefused) as refused:
        check_files(files)
    assert str(refused.value)
    return refused.value.code


def test_a_program_is_measured_in_bytes() -> None:
    check_files({"server.py": "#" * MAX_SOURCE_BYTES})
    check_files({"server.py": "ä" * (MAX_SOURCE_BYTES // 2)})
    assert why_not({"server.py": "#" * (MAX_SOURCE_BYTES + 1)}) == "source_too_large"
    assert why_not({"server.py": "ä" * (MAX_SOURCE_BYTES // 2 + 1)}) == "source_too_large"
    assert why_not({"server.py": "#" * MAX_SOURCE_BYTES, "other.py": "#"}) == "source_too_large"


def test_a_program_has_so_many_files_at_most() -> None:
    files = {f"part_{number}.py": "" for number in range(FILES_AT_MOST)}
    check_files(files)
    assert why_not({**files, "one_more.py": ""}) == "bad_files"
    assert why_not({}) == "bad_files"


@pytest.mark.parametrize("name", ["", "../x.py", "a/../x.py", "/etc/passwd", ".hidden", "a b.py", "x" * 101, "a\nb.py"])
def test_a_file_stays_in_the_programs_folder(name: str) -> None:
    assert why_not({name: ""}) == "bad_files"
