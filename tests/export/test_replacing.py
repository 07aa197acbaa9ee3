"""A folder is one thing: however and whenever a run ends, it holds the old result or the new one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from netform.export import files
from netform.export.files import check_target, clear_leftovers, write_file, write_folder

if TYPE_CHECKING:
    from collections.abc import Callable

# What the first run writes, and the second: a table that is gone, a folder that is gone, one that is new.
OLD = {"plan.json": b"old", "today.csv": b"old", "point-1/plan.json": b"old", "point-2/plan.json": b"old"}
NEW = {"plan.json": b"new", "map.png": b"new", "point-1/plan.json": b"new", "point-3/plan.json": b"new"}
STALE = ("today.csv", "point-2/plan.json")
MINE = {"notes.txt": b"mine", "point-1/notes.txt": b"mine"}

# The functions of the system that change what is on the disk.
STEPS = ("open", "fsync", "link", "unlink", "replace", "rename", "mkdir", "rmdir", "chmod", "close")


def contents(folder: Path) -> dict[str, bytes]:
    """Read every file in a folder, whatever is hidden left out."""
    paths = sorted(folder.rglob("*"))
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in paths
        if path.is_file() and ".netform-" not in str(path.relative_to(folder))
    }


def hidden(folder: Path) -> list[str]:
    """Name what a run has left behind, in a folder and beside it."""
    return [path.name for path in (*folder.glob(".netform-*"), *folder.parent.glob(".netform-*"))]


def put(folder: Path, content: dict[str, bytes], *, overwrite: bool = False) -> None:
    """Write a result."""
    made: dict[str, Callable[[], bytes]] = {name: lambda each=each: each for name, each in content.items()}
    write_folder(folder, made, overwrite=overwrite, stale=STALE)


@pytest.fixture(params=["as a whole", "file by file"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Replace a folder in both ways: where it may change places with another, and where it stays."""
    if request.param == "file by file":
        monkeypatch.setattr(files, "can_exchange", lambda _folder: False)
    return str(request.param)


@pytest.fixture
def earlier(tmp_path: Path, way: str) -> Callable[[str], Path]:
    """Make folders that hold an earlier result and files of the user's; each has a parent of its own."""
    del way

    def make(name: str) -> Path:
        folder = tmp_path / name / "out"
        put(folder, OLD)
        for mine, content in MINE.items():
            (folder / mine).write_bytes(content)
        return folder

    return make


def ended_at(nth: int, folder: Path, how: Callable[[], None]) -> tuple[int, str]:
    """Write the new result in a process that is ended at the n-th step; its status, and what it says."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        with os.fdopen(reader) as pipe:
            said = pipe.read()
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said
    count = 0

    def wrap(name: str) -> None:
        real = getattr(os, name)

        def step(*args: Any, **named: Any) -> Any:
            nonlocal count
            count += 1
            if count == nth:
                how()
            return real(*args, **named)

        setattr(os, name, step)

    status, said = 0, ""
    try:
        real_write = os.write
        for name in STEPS:
            wrap(name)
        put(folder, NEW, overwrite=True)
        said = str(count)
    except KeyboardInterrupt as stopped:
        status, said = 130, str(stopped)
    except BaseException as error:  # noqa: BLE001 - the parent is told
        status, said = 1, repr(error)
    finally:
        real_write(writer, said.encode())
        os._exit(status)


def killed() -> None:
    """End this process at once."""
    os.kill(os.getpid(), signal.SIGKILL)


def interrupted_twice() -> None:
    """Do as a user who presses Ctrl-C twice."""
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.skipif(os.name == "nt", reason="processes are forked and killed as POSIX has it")
def test_whenever_a_run_is_killed(earlier: Callable[[str], Path], way: str) -> None:
    """For every n: old and new are never mixed, and what the next run finds is whole, with nothing left behind."""
    nth, status, seen = 0, -1, set()
    while status:
        nth += 1
        folder = earlier(str(nth))
        status, said = ended_at(nth, folder, killed)
        assert status in (0, -signal.SIGKILL), said
        found = contents(folder)
        assert MINE.items() <= found.items()
        kinds = set(found.values()) - {b"mine"}
        assert len(kinds) < 2, "old and new are mixed"
        if way == "as a whole":  # in one step
            assert found in (OLD | MINE, NEW | MINE)
        # The next run looks at the place before it begins its work.
        check_target(folder, overwrite=True, endings=(), names=())
        found = contents(folder)
        assert found in (OLD | MINE, NEW | MINE)
        assert hidden(folder) == []
        assert not (folder / "point-2").exists() or found == OLD | MINE
        seen.add(found["plan.json"])
    # Four files are opened, forced and closed, among others; and both ends were met.
    assert nth > 12
    assert seen == {b"old", b"new"}


@pytest.mark.skipif(os.name == "nt", reason="processes are forked and killed as POSIX has it")
def test_whenever_a_run_is_interrupted_twice(earlier: Callable[[str], Path]) -> None:
    """For every n: all is old or all is new, nothing is left, and what is said is so."""
    nth, status, seen = 0, -1, set()
    while status:
        nth += 1
        folder = earlier(str(nth))
        status, said = ended_at(nth, folder, interrupted_twice)
        assert status in (0, 130), said
        found = contents(folder)
        written = status == 0 or said == "stopped; the results were written first."
        assert status == 0 or written or said == ""
        assert found == (NEW if written else OLD) | MINE
        assert hidden(folder) == []
        seen.add((status, written))
    assert seen == {(0, True), (130, True), (130, False)}


def test_a_new_folder_appears_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no moment at which it holds some of its files."""
    out = tmp_path / "a" / "out"
    real, seen = Path.replace, []
    monkeypatch.setattr(
        Path, "replace", lambda self, target: (seen.append(contents(out)), real(self, target))[1]
    )
    put(out, NEW)
    assert seen == [{}]
    assert contents(out) == NEW


def test_what_a_live_run_prepares_is_left_alone(tmp_path: Path) -> None:
    """Two runs side by side in one place do not take each other's files for waste."""
    prepared = []

    def making() -> bytes:
        clear_leftovers(tmp_path)  # as another run would
        prepared.extend(hidden(tmp_path / "out"))
        return b"new"

    write_folder(tmp_path / "out", {"plan.json": making})
    assert len(prepared) == 1
    assert contents(tmp_path / "out") == {"plan.json": b"new"}


def test_files_as_earlier_versions_left_them_go(tmp_path: Path) -> None:
    """By their names alone; what a user might have called so stays."""
    (tmp_path / ".netform-0123456789abcdef.tmp").write_bytes(b"half")
    (tmp_path / ".netform-notes.tmp").write_bytes(b"mine")
    clear_leftovers(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".netform-notes.tmp"]


def test_a_stage_that_names_other_places_moves_nothing(tmp_path: Path) -> None:
    """Whoever may write into a shared folder must not have files moved elsewhere by another's run."""
    out = tmp_path / "out"
    stage = out / ".netform-0123456789abcdef.tmp"
    (stage / "new").mkdir(parents=True)
    (stage / "old").mkdir()
    (stage / "names.json").write_bytes(b'["../precious"]')
    (tmp_path / "precious").write_bytes(b"precious")
    clear_leftovers(out)
    assert (tmp_path / "precious").read_bytes() == b"precious"


def test_folders_of_others_stay_and_keep_the_folder_where_it_is(tmp_path: Path) -> None:
    """A folder that holds more than results is written into; so is the one that a user stands in."""
    out = tmp_path / "out"
    put(out, OLD)
    (out / "drafts").mkdir()
    (out / "drafts" / "letter.txt").write_bytes(b"mine")
    before = out.stat().st_ino
    put(out, NEW, overwrite=True)
    assert out.stat().st_ino == before
    assert contents(out) == {**NEW, "drafts/letter.txt": b"mine"}


def test_the_current_folder_stays_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another in its place would leave the user's terminal in one that is gone."""
    put(tmp_path, OLD)
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_ino
    for place in (".", tmp_path):
        put(Path(place), NEW, overwrite=True)
        assert tmp_path.stat().st_ino == before
        assert contents(tmp_path) == NEW


@pytest.mark.skipif(os.name == "nt", reason="modes are those of POSIX")
def test_a_folder_keeps_its_mode(tmp_path: Path, way: str) -> None:
    """Who was let in before is let in now."""
    del way
    out = tmp_path / "out"
    put(out, OLD)
    out.chmod(0o2750)
    put(out, NEW, overwrite=True)
    assert out.stat().st_mode & 0o7777 == 0o2750


def test_a_place_beside_which_nothing_may_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of one's own in a folder of others is enough."""
    out = tmp_path / "out"
    put(out, OLD)
    real = Path.mkdir

    def refusing(self: Path, *args: Any, **named: Any) -> None:
        if self.parent == tmp_path:
            raise PermissionError(13, "Permission denied", str(self))
        real(self, *args, **named)

    monkeypatch.setattr(Path, "mkdir", refusing)
    put(out, NEW, overwrite=True)
    assert contents(out) == NEW
    assert hidden(out) == []


def test_a_file_that_cannot_go_aside_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows a workbook that Excel holds open stays where it is; the message names it, and all is as before."""
    out = tmp_path / "out"
    put(out, OLD)
    monkeypatch.setattr(files, "can_exchange", lambda _folder: False)
    real = Path.replace

    def refusing(self: Path, target: Path) -> Path:
        if self.name == "today.csv":
            raise PermissionError(13, "Permission denied", str(self))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", refusing)
    with pytest.raises(files.OutputError, match=r"today\.csv.*Earlier results are untouched"):
        put(out, NEW, overwrite=True)
    assert contents(out) == OLD
    assert hidden(out) == []


@pytest.mark.skipif(os.name == "nt", reason="processes are killed as POSIX has it")
def test_a_file_is_whole_or_absent_when_the_run_is_killed(tmp_path: Path) -> None:
    """What the killed run had prepared goes at the next."""
    write_file(tmp_path / "a.csv", b"old")
    code = (
        "import os, signal, pathlib, netform.export.files as files\n"
        "pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"files.write_file({str(tmp_path / 'a.csv')!r}, b'new', overwrite=True)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    assert (tmp_path / "a.csv").read_bytes() == b"old"
    assert len(list(tmp_path.glob(".netform-*"))) == 1
    clear_leftovers(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
