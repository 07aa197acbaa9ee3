"""Writing goes wrong in every way there is: a file is whole or absent, and earlier results survive."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from netform.errors import OutputError
from netform.export import files
from netform.export.files import safe_name, write_file, write_folder
from netform.export.formats import check_target
from netform.export.plan import PLAN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAMES = ("networks.geojson", "practices.csv", "plan.json")


def _files(text: str) -> dict[str, Callable[[], bytes]]:
    return dict.fromkeys(NAMES, text.encode)


def _contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


@pytest.fixture(params=["as a whole", "file by file"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Replace a folder in both ways: where it may change places with another, and where it stays."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "file by file":
            patch.setattr(files, "can_exchange", lambda _folder: False)
        yield request.param


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], list[str]]]:
    """Make the n-th call of the system functions that write raise, and say which were called."""

    def arm(nth: int) -> list[str]:
        calls: list[str] = []

        def wrap(owner: Any, name: str) -> None:
            real = getattr(owner, name)

            def wrapped(*args: Any, **kwargs: Any) -> Any:
                calls.append(name)
                if len(calls) - 1 == nth:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                return real(*args, **kwargs)

            monkeypatch.setattr(owner, name, wrapped)

        for name in ("open", "fsync", "link"):
            wrap(os, name)
        wrap(Path, "replace")
        wrap(Path, "rename")
        return calls

    yield arm
    monkeypatch.undo()


def test_a_folder_is_written_and_nothing_is_left_over(tmp_path: Path) -> None:
    """Missing folders are made; there is no temporary file afterwards."""
    write_folder(tmp_path / "a" / "b", _files("new"))
    assert _contents(tmp_path / "a" / "b") == dict.fromkeys(sorted(NAMES), "new")


def test_the_plan_takes_its_name_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever finds a new plan.json finds new files beside it."""
    order: list[str] = []
    real = Path.replace
    monkeypatch.setattr(files, "can_exchange", lambda _folder: False)
    monkeypatch.setattr(
        Path, "replace", lambda self, target: (order.append(Path(target).name), real(self, target))[1]
    )
    write_folder(tmp_path, dict(reversed(_files("new").items())))
    assert order[-1] == "plan.json"


def test_earlier_results_are_not_written_over_unasked(tmp_path: Path) -> None:
    """Neither in a folder nor as a file, and the message says what to do."""
    write_folder(tmp_path, _files("old"))
    for write in (
        lambda: write_folder(tmp_path, _files("new")),
        lambda: write_file(tmp_path / "plan.json", b"new"),
        lambda: check_target(PLAN, tmp_path),
    ):
        with pytest.raises(OutputError, match="--overwrite"):
            write()
    assert _contents(tmp_path) == dict.fromkeys(sorted(NAMES), "old")
    write_folder(tmp_path, _files("new"), overwrite=True)
    assert _contents(tmp_path) == dict.fromkeys(sorted(NAMES), "new")


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    """A user's notes beside the results are none of our business."""
    (tmp_path / "notes.txt").write_text("mine")
    write_folder(tmp_path, _files("new"))
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_any_write_may_fail_and_the_earlier_result_is_whole(
    tmp_path: Path, failing: Callable[[int], list[str]], monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """For every n: the disk is full at the n-th step, and the folder holds the old or the new result."""
    nth, failed = 0, 0
    while True:
        folder = tmp_path / str(nth)
        write_folder(folder, _files("old"))
        calls = failing(nth)
        said = ""
        try:
            write_folder(folder, _files("new"), overwrite=True)
        except OutputError as error:
            said = str(error)
            failed += 1
        finally:
            monkeypatch.undo()
        assert not said or ("No space" in said and str(folder) in said)
        expected = "old" if said else "new"
        assert _contents(folder) == dict.fromkeys(sorted(NAMES), expected)
        if len(calls) <= nth:
            break
        nth += 1
    # Three files are opened and forced: 6 steps whose failure is the whole's. File by file, three go aside and three
    # take their names as well, and the list of them is opened and forced and takes its name: 9 more.
    assert failed >= {"as a whole": 6, "file by file": 15}[way]
    assert nth > failed


def test_any_write_may_fail_and_a_new_folder_leaves_nothing(
    tmp_path: Path, failing: Callable[[int], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an earlier result a failure leaves no file, and not the folder either."""
    for nth in range(6):
        failing(nth)
        with pytest.raises(OutputError):
            write_folder(tmp_path / "new" / "deep", _files("new"))
        monkeypatch.undo()
        assert list(tmp_path.iterdir()) == []


def test_a_rendering_that_fails_leaves_the_earlier_result(tmp_path: Path) -> None:
    """A defect in one exporter must not cost the files of the others, and is not hidden."""
    write_folder(tmp_path, _files("old"))

    def broken() -> bytes:
        raise RuntimeError("defect")

    with pytest.raises(RuntimeError, match="defect"):
        write_folder(tmp_path, {**_files("new"), "practices.csv": broken}, overwrite=True)
    assert _contents(tmp_path) == dict.fromkeys(sorted(NAMES), "old")


def test_what_ends_the_run_between_two_names_puts_the_earlier_result_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception that is no failure of the disk is no different from one."""
    write_folder(tmp_path, _files("old"))
    monkeypatch.setattr(files, "can_exchange", lambda _folder: False)
    real, count = Path.replace, iter(range(100))

    def interrupted(self: Path, target: Path) -> Path:
        if next(count) == 1:
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path, _files("new"), overwrite=True)
    monkeypatch.undo()
    assert _contents(tmp_path) == dict.fromkeys(sorted(NAMES), "old")


def test_a_folder_that_may_not_be_written_to_is_found_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The superuser may write anywhere, so the refusal is made up."""

    def refused(*_: Any, **__: Any) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(OutputError, match=r"Permission denied.*may write"):
        check_target(PLAN, tmp_path / "out")
    with pytest.raises(OutputError, match="Permission denied"):
        write_folder(tmp_path / "out", _files("new"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_device_is_not_a_folder() -> None:
    """/dev/full takes nothing."""
    with pytest.raises(OutputError, match="not a folder"):
        check_target(PLAN, "/dev/full")
    with pytest.raises(OutputError):
        write_folder("/dev/full", _files("new"), overwrite=True)


def test_a_full_disk_is_said_to_be_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What /dev/full answers to a write reaches the user as a sentence."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    real = os.open

    def full(path: str | Path, flags: int, *mode: int, **named: Any) -> int:
        file = "/dev/full" if flags & os.O_CREAT and Path(path).name != "lock" else path
        return real(file, os.O_WRONLY if file == "/dev/full" else flags, *mode, **named)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(OutputError, match=r"No space left.*Free some space"):
        write_file(tmp_path / "a.csv", b"new")
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("CON", "Windows"),
        ("nul.geojson", "Windows"),
        ("x" * 300, "longer than 255"),
        ("a\nb", "control character"),
        ("a\x00b", "control character"),
        ("plan.shp", "names no format"),
    ],
)
def test_a_name_that_cannot_be_used_says_why(tmp_path: Path, name: str, said: str) -> None:
    """Before the work, not after it."""
    with pytest.raises(OutputError, match=said):
        check_target(PLAN, tmp_path / name)


def test_a_path_through_a_file_says_why(tmp_path: Path) -> None:
    """A folder cannot be made under a file."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        check_target(PLAN, tmp_path / "file" / "out")
    with pytest.raises(OutputError, match="file"):
        write_folder(tmp_path / "file" / "out", _files("new"))


def test_a_folder_where_a_file_should_be_is_not_replaced(tmp_path: Path) -> None:
    """Not even when asked to overwrite."""
    (tmp_path / "plan.json").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        write_folder(tmp_path, _files("new"), overwrite=True)


def test_a_file_or_a_folder_is_told_by_its_name(tmp_path: Path) -> None:
    """An ending that names a format is a file; none, or a folder that is there, is a folder."""
    (tmp_path / "v1.2").mkdir()
    assert check_target(PLAN, tmp_path / "a.GeoJSON")
    assert not check_target(PLAN, tmp_path / "out")
    assert not check_target(PLAN, tmp_path / "v1.2")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["v1.2"]


def test_a_link_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    """A link planted in a shared folder must not lead to another file."""
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "plan.json").symlink_to(tmp_path / "precious")
    with pytest.raises(OutputError, match="--overwrite"):
        write_file(tmp_path / "plan.json", b"new")
    write_file(tmp_path / "plan.json", b"new", overwrite=True)
    assert (tmp_path / "precious").read_text() == "precious"
    assert (tmp_path / "plan.json").read_text() == "new"


def test_the_umask_decides_who_may_read(tmp_path: Path) -> None:
    """A result is as readable as any file the user makes."""
    before = os.umask(0o027)
    try:
        write_file(tmp_path / "a.csv", b"new")
    finally:
        os.umask(before)
    assert (tmp_path / "a.csv").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "text",
    [
        "../x",
        "a/b",
        "CON",
        "con.csv",
        "x" * 300,
        "",
        ".",
        "..",
        "-rf",
        "a\x00b",
        "=cmd()",
        "<script>",
        "\u202ex",
    ],
)
def test_any_text_becomes_a_safe_name(text: str) -> None:
    """No separator, no device, no length, nothing hidden; and different texts keep different names."""
    name = safe_name(text)
    assert name
    assert len(name) <= 100
    assert not set(name) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.")
    assert not name.startswith((".", "-"))
    assert name.split(".")[0].upper() != "CON"
    assert safe_name(f"{text}?") != name


def test_a_safe_name_stays(tmp_path: Path) -> None:
    """And an unsafe one is not accepted from the program either."""
    assert safe_name("networks.geojson") == "networks.geojson"
    with pytest.raises(OutputError, match="not a safe"):
        write_folder(tmp_path / "out", {"../x": lambda: b""})
