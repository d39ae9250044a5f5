"""What is free, and what there is at all, as a machine and its cgroups say."""

from pathlib import Path

import pytest

from course.sandbox.host import machine_memory
from course.sandbox.host.machine_memory import CgroupFiles, free_memory, memory_for_the_site
from course.sandbox.limits import MB


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which a machine says nothing yet: its files have the names that they have in the newer cgroups."""
    files = CgroupFiles(*(tmp_path / name for name in ("max", "current", "stat")), "inactive_file")
    monkeypatch.setattr(machine_memory, "CGROUPS", (files,))
    monkeypatch.setattr(machine_memory, "MEMINFO", tmp_path / "meminfo")
    return tmp_path


def says(machine: Path, *, available: int, limit: str = "max", used: int = 0, inactive: int = 0) -> None:
    (machine / "meminfo").write_text(f"MemTotal: 1 kB\nMemAvailable: {available * 1024} kB\n")
    (machine / "max").write_text(f"{limit}\n")
    (machine / "current").write_text(f"{used * MB}\n")
    (machine / "stat").write_text(f"anon 5\ninactive_file {inactive * MB}\n")


@pytest.mark.parametrize(
    ("said", "all_of_it", "free"),
    [
        ({"available": 900}, 900, 900),
        ({"available": 900, "limit": str(512 * MB), "used": 400}, 512, 112),
        ({"available": 900, "limit": str(512 * MB), "used": 400, "inactive": 100}, 512, 212),
        ({"available": 90, "limit": str(512 * MB), "used": 400}, 90, 90),
        ({"available": 90, "limit": str(1 << 62), "used": 400}, 90, 90),
        ({"available": 900, "limit": str(512 * MB), "used": 512}, 512, 0),
    ],
)
def test_the_smaller_of_what_the_cgroup_and_the_machine_say(
    machine: Path, said: dict[str, int], all_of_it: int, free: int
) -> None:
    says(machine, **said)  # type: ignore[arg-type]
    assert memory_for_the_site() == all_of_it * MB
    assert free_memory() == free * MB


def test_a_machine_that_says_nothing(machine: Path) -> None:
    assert memory_for_the_site() is free_memory() is None
