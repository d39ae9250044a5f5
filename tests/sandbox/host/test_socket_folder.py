"""The folder of a site's sockets, and what the next site removes of one that was killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from course.sandbox.host import socket_folder
from course.sandbox.host.socket_folder import LOCK, SocketFolder, sweep

ROOT = Path(__file__).parents[3]


def left_behind(parent: Path) -> Path:
    """Return the folder of a site that is no more: a lock that nobody holds, and a socket."""
    folder = parent / socket_folder.name()
    folder.mkdir(0o700)
    (folder / LOCK).touch()
    with socket.socket(socket.AF_UNIX) as listener:
        os.chdir(folder)
        try:
            listener.bind("s")
        finally:
            os.chdir(ROOT)
    return folder


def test_a_folder_is_private_while_it_lives_and_then_gone(tmp_path: Path) -> None:
    folder = SocketFolder(tmp_path / socket_folder.name())
    folder.open()
    (path,) = tmp_path.iterdir()
    assert path.stat().st_mode & 0o077 == 0
    folder.close()
    folder.close()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_site_has_left_is_removed_by_the_next(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from course.sandbox.host import socket_folder\n"
        "folder = socket_folder.SocketFolder(Path(sys.argv[1], socket_folder.name())); folder.open()\n"
        "print('open', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE) as site:
        assert site.stdout is not None and site.stdout.readline() == b"open\n"
        assert sweep(tmp_path) == [], "it lives"
        site.send_signal(signal.SIGKILL)
    (stale,) = tmp_path.iterdir()
    own = SocketFolder(tmp_path / socket_folder.name())
    own.open()
    assert not stale.exists()
    own.close()


def test_two_living_sites_leave_each_other_alone(tmp_path: Path) -> None:
    folders = [SocketFolder(tmp_path / socket_folder.name()) for _ in range(2)]
    for folder in folders:
        folder.open()
    assert len(list(tmp_path.iterdir())) == 2
    for folder in folders:
        folder.close()


def _link_inside(parent: Path, precious: Path) -> Path:
    folder = left_behind(parent)
    (folder / "w1-link").symlink_to(precious)
    return folder


def _link_as_lock(parent: Path, precious: Path) -> Path:
    folder = left_behind(parent)
    (folder / LOCK).unlink()
    (folder / LOCK).symlink_to(precious / "file")
    return folder


def _link_as_folder(parent: Path, precious: Path) -> Path:
    folder = parent / socket_folder.name()
    folder.symlink_to(precious)
    return folder


def _folder_inside(parent: Path, precious: Path) -> Path:
    folder = left_behind(parent)
    precious.rename(folder / "precious")
    (parent / "precious").symlink_to(folder / "precious")
    return folder


@pytest.mark.parametrize("trick", [_link_inside, _link_as_lock, _link_as_folder, _folder_inside])
def test_sweeping_never_follows_a_link_or_goes_deeper(tmp_path: Path, trick: Callable[[Path, Path], Path]) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("kept")
    (precious / LOCK).touch()
    trick(tmp_path, precious)
    sweep(tmp_path)
    assert (precious / "file").read_text() == "kept"
    assert (precious / LOCK).exists()


def test_only_folders_of_that_name_which_are_private_and_ones_own_are_swept(tmp_path: Path) -> None:
    other_name, open_to_others = tmp_path / "duplex-notes", left_behind(tmp_path)
    other_name.mkdir(0o700)
    (other_name / LOCK).touch()
    open_to_others.chmod(0o755)
    assert sweep(tmp_path) == []
    if os.geteuid() == 0:
        open_to_others.chmod(0o700)
        os.chown(open_to_others, 65_534, 65_534)
        assert sweep(tmp_path) == []


@pytest.mark.parametrize("kind", [socket_folder.name(), "duplex-rehearsal-a1_bcdef"], ids=["site", "rehearsal"])
def test_a_folder_without_a_lock_is_only_stale_when_it_is_old(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / kind
    folder.mkdir(0o700)
    assert sweep(tmp_path) == [], "somebody is just making it"
    old = time.time() - 2 * socket_folder.UNLOCKED_SECONDS
    os.utime(folder, (old, old))
    assert sweep(tmp_path) == [folder.name]
