"""Folders within an output folder: whole or absent together with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from netform.errors import OutputError
from netform.export import files
from netform.export.files import write_folder
from netform.export.formats import folder_files
from netform.export.plan import PLAN

if TYPE_CHECKING:
    from netform.result import Result

FILES = {
    "front.json": lambda: b"{}",
    "point-1/plan.json": lambda: b"1",
    "front.csv": lambda: b"x",
    "point-1/report.html": lambda: b"2",
    "point-2/plan.json": lambda: b"3",
}


def contents(folder: Path) -> dict[str, bytes]:
    """Read every file under a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_files_go_into_their_folders(tmp_path: Path) -> None:
    """Each file has its bytes, and nothing else is left."""
    write_folder(tmp_path / "out", FILES)
    assert contents(tmp_path / "out") == {name: make() for name, make in sorted(FILES.items())}


def test_the_seal_of_the_whole_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds front.json finds all that it speaks of; who finds a plan.json finds its folder whole."""
    order = []
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:
        order.append(target.relative_to(tmp_path / "out").as_posix())
        return replace(self, target)

    (tmp_path / "out").mkdir()
    monkeypatch.setattr(files, "can_exchange", lambda _folder: False)
    monkeypatch.setattr(Path, "replace", watched)
    write_folder(tmp_path / "out", FILES)
    assert order == [
        "front.csv", "point-1/report.html", "point-1/plan.json", "point-2/plan.json", "front.json",
    ]  # fmt: skip


@pytest.mark.parametrize("nth", range(1, 6))
def test_whichever_file_fails_all_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    """A name that cannot be taken puts back those that were, in every folder, and leaves no new folder."""
    out = tmp_path / "out"
    write_folder(out, {"front.csv": lambda: b"old", "point-1/plan.json": lambda: b"old"})
    count = 0
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count == nth:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(files, "can_exchange", lambda _folder: False)
    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(OutputError, match="space"):
        write_folder(out, FILES, overwrite=True)
    monkeypatch.undo()
    assert contents(out) == {"front.csv": b"old", "point-1/plan.json": b"old"}
    assert not (out / "point-2").exists()


def test_earlier_results_within_are_not_replaced_unasked(tmp_path: Path) -> None:
    """A plan in a folder within is as safe as one beside it."""
    write_folder(tmp_path, {"point-1/plan.json": lambda: b"old"})
    with pytest.raises(OutputError, match="earlier result"):
        write_folder(tmp_path, FILES)
    assert contents(tmp_path) == {"point-1/plan.json": b"old"}


@pytest.mark.parametrize("name", ["../x", "a/../x", "a/b/c", "/x", "a//b", "CON/x", "a/", "-x/y"])
def test_no_name_leads_elsewhere(tmp_path: Path, name: str) -> None:
    """One folder deep, and only by safe names."""
    with pytest.raises(OutputError, match="safe"):
        write_folder(tmp_path / "out", {name: lambda: b""})
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_a_folder_should_be_is_left_alone(tmp_path: Path) -> None:
    """It is somebody's, and the message names the path."""
    (tmp_path / "point-1").write_bytes(b"mine")
    with pytest.raises(OutputError, match="point-1"):
        write_folder(tmp_path, FILES)
    assert contents(tmp_path) == {"point-1": b"mine"}


def test_times_are_published_where_the_result_says_so(result: Result) -> None:
    """Seconds and the solve log are in plan.json with timings alone: without them the same plan is the same bytes."""
    timed = folder_files(PLAN, replace(result, timings=True))["plan.json"]()
    assert b'"solve_log"' in timed
    assert b'"solve_log"' not in folder_files(PLAN, result)["plan.json"]()
