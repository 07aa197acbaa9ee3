"""netform front and netform alternatives: their options, exit codes and files, in this process on a small list."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from netform.cli.main import cli
from netform.export.alternatives import ALTERNATIVES
from netform.export.formats import folder_names
from netform.export.front import FRONT
from netform.export.plan import PLAN
from netform.session import Session
from tests.published import but_for_the_command

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

# Sites in a row, 3 km apart and none beside another row: 137,000 patients are three or four networks.
ROWS = (
    ("P1", 16_000, "North", "U1"),
    ("P2", 17_000, "North", "U1"),
    ("P3", 15_000, "North", "U2"),
    ("P4", 20_000, "North", "U2"),
    ("P5", 18_000, "South", "U3"),
    ("P6", 14_000, "South", "U3"),
    ("P7", 19_000, "South", "U3"),
    ("P8", 18_000, "South", ""),
)

# What a folder of a plan without prices holds.
# What a folder has only where it was asked for.
WHERE_ASKED_FOR = {"prices", "neighbourhoods", "branches"}
PLAN_FILES = tuple(name for name in folder_names(PLAN) if name.partition(".")[0] not in WHERE_ASKED_FOR)


def write_list(path: Path, *, today: bool = True, name: str = "Surgery") -> Path:
    """Write a practice list."""
    lines = ["code,name,postcode,list_size,place,easting,northing" + (",pcn_code" if today else "")]
    lines += [
        f"{code},{name} {code},LS11 8LH,{size},{area},{420_000 + 3_000 * i + 700 * (i % 3)},{430_000 + 2_000 * (i % 2)}"
        + (f",{pcn}" if today else "")
        for i, (code, size, area, pcn) in enumerate(ROWS)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def practices(tmp_path: Path) -> Path:
    """Eight practices in two places."""
    return write_list(tmp_path / "list.csv")


def run(*arguments: object) -> Result:
    """Run netform in this process."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def rows_in(path: Path) -> list[dict[str, str]]:
    """Read a table."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def names_in(folder: Path) -> list[str]:
    """List what a folder holds."""
    return sorted(path.name for path in folder.iterdir())


def object_in(path: Path) -> dict[str, Any]:
    """Read a JSON file."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize("command", ["front", "alternatives"])
def test_help_answers_at_once(command: str) -> None:
    """A fresh process answers without loading a library that takes long."""
    code = (
        f"import sys; from netform.cli.main import cli; cli([{command!r}, '--help'], standalone_mode=False); "
        "sys.exit(bool({'numpy', 'numba', 'ortools', 'shapely', 'networkx', 'matplotlib'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["front", "-x", "petrol"], 2, "there is no term 'petrol'"),
        (["front", "-x", "overhead+overhead"], 2, "counts a term twice"),
        (["front", "-x", "overhead", "-y", "overhead"], 2, "Choose two different axes"),
        (["front", "--plans", "some"], 2, "neither ends, nor all"),
        (["front", "--resolution", "0"], 2, "--resolution"),
        (["front", "--time-limit", "0"], 2, "--time-limit"),
        (["front", "-o", "-"], 6, "results are files"),
        (["front", "-o", "x.docx"], 6, "names no format"),
        (["alternatives", "--within", "1"], 2, "write 1% or 0.01"),
        (["alternatives", "--within", "-1%"], 2, "write 1% or 0.01"),
        (["alternatives", "--within", "a little"], 2, "write 1% or 0.01"),
        (["alternatives", "-k", "-1"], 2, "-k"),
        (["alternatives", "-o", "x.docx"], 6, "names no format"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_read(
    arguments: list[str], code: int, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each with what to do, and without a list."""
    monkeypatch.chdir(tmp_path)
    result = run(arguments[0], "no-such-list.csv", *arguments[1:])
    assert result.exit_code == code, result.stderr
    assert said in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_front_gets_every_file_and_its_plans(practices: Path, tmp_path: Path) -> None:
    """The table goes to standard output; the ends, the knee and the best have folders that front.csv names."""
    out = tmp_path / "out"
    result = run("front", practices, "-o", out)
    assert result.exit_code == 0, result.stderr
    rows = rows_in(out / "front.csv")
    folders = {row["folder"] for row in rows} - {""}
    assert names_in(out) == sorted({*folder_names(FRONT), *folders})
    assert {mark for row in rows for mark in row["mark"].split()} == {
        "least_x", "knee", "least_y", "best", "today",
    }  # fmt: skip
    for row in rows:
        if set(row["mark"].split()) - {"today"}:
            assert names_in(out / row["folder"]) == sorted(PLAN_FILES)
            plan = object_in(out / row["folder"] / "plan.json")
            assert plan["cost"] == pytest.approx(float(row["cost"]))
            assert sum(net["terms"]["patient_travel"] for net in plan["networks"]) == pytest.approx(
                float(row["x_hours"])
            )
    assert result.stdout.startswith("Patient travel against shared workforce")
    assert "Today" in result.stdout
    assert f"Written to {out}" in result.stderr


def test_the_points_of_a_front_are_by_ascending_x_and_falling_y(practices: Path, tmp_path: Path) -> None:
    """None betters another, and the supported ones among them are not all there is to the ends."""
    run("front", practices, "-o", tmp_path / "out", "--complete", "-q", "--plans", 0, "-y", "overhead")
    document = object_in(tmp_path / "out" / "front.json")
    points = document["areas"][0]["points"]
    assert [point["x"] for point in points] == sorted({point["x"] for point in points})
    assert [point["y"] for point in points] == sorted({point["y"] for point in points}, reverse=True)
    assert points[0]["supported"]
    assert points[-1]["supported"]
    assert document["proven"]
    assert names_in(tmp_path / "out") == sorted(folder_names(FRONT))


def test_areas_add_up(practices: Path, tmp_path: Path) -> None:
    """The least of the whole list is the sum of the least of each area, and its plan has networks of both."""
    out = tmp_path / "out"
    assert run("front", practices, "--area", "place", "-o", out, "-q").exit_code == 0
    document = object_in(out / "front.json")
    assert [area["area"] for area in document["areas"]] == ["North", "South"]
    for axis, end in (("x", 0), ("y", -1)):
        least = [area["points"][end][axis] for area in document["areas"]]
        assert document["total"]["points"][end][axis] == pytest.approx(sum(least))
    first = document["total"]["points"][0]["folder"]
    plan = object_in(out / first / "plan.json")
    assert {network["area"] for network in plan["networks"]} == {"North", "South"}


def test_json_is_the_file_and_nothing_else(practices: Path, tmp_path: Path) -> None:
    """Byte for byte."""
    for command, name in (("front", "front.json"), ("alternatives", "alternatives.json")):
        result = run(command, practices, "-o", tmp_path / command, "--json", "-q")
        assert result.exit_code == 0, result.stderr
        assert result.stdout_bytes == (tmp_path / command / name).read_bytes()
        assert result.stderr == ""


@pytest.mark.parametrize(
    ("command", "ending"),
    [
        ("front", ".csv"),
        ("front", ".svg"),
        ("front", ".png"),
        ("alternatives", ".html"),
        ("alternatives", ".geojson"),
        ("alternatives", ".csv"),
    ],
)
def test_a_file_by_its_ending(practices: Path, tmp_path: Path, command: str, ending: str) -> None:
    """One file of the format that its ending names, and no other."""
    target = tmp_path / "out" / f"x{ending}"
    target.parent.mkdir()
    result = run(command, practices, "-o", target, "-q")
    assert result.exit_code == 0, result.stderr
    assert names_in(target.parent) == [target.name]
    beginnings = {
        ".csv": b"\xef\xbb\xbfarea,", ".svg": b"<?xml", ".png": b"\x89PNG", ".html": b"<!doctype", ".geojson": b"{",
    }  # fmt: skip
    assert target.read_bytes().startswith(beginnings[ending])


def test_earlier_results_are_not_replaced_unasked(practices: Path, tmp_path: Path) -> None:
    """They are refused before the long work, and replaced when that is asked."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "front.csv").write_bytes(b"mine")
    assert run("front", practices, "-o", out).exit_code == 6
    assert names_in(out) == ["front.csv"]
    assert run("front", practices, "-o", out, "--overwrite", "-q", "--plans", 0).exit_code == 0
    assert (out / "front.csv").read_bytes().startswith(b"\xef\xbb\xbfarea,")


def test_plan_folders_of_an_earlier_run_go_with_it(practices: Path, tmp_path: Path) -> None:
    """Nobody takes the plans of yesterday for those of today; what a user has put beside them stays."""
    out = tmp_path / "out"
    assert run("alternatives", practices, "-o", out, "-q", "-k", 2, "--plans").exit_code == 0
    folders = [path for path in out.iterdir() if path.is_dir()]
    assert len(folders) > 1
    kept = next(path for path in folders if path.name != "best")
    (kept / "notes.txt").write_bytes(b"mine")
    (out / "drafts").mkdir()
    (out / "drafts" / "plan.json").write_bytes(b"mine")
    assert run("alternatives", practices, "-o", out, "-q", "-k", 0, "--overwrite").exit_code == 0
    assert sorted(path.name for path in out.iterdir() if path.is_dir()) == sorted(["drafts", kept.name])
    assert names_in(kept) == ["notes.txt"]
    assert names_in(out / "drafts") == ["plan.json"]


@pytest.mark.parametrize("command", ["front", "alternatives"])
def test_the_same_run_twice_gives_the_same_bytes(practices: Path, tmp_path: Path, command: str) -> None:
    """However many workers there are."""
    for name, workers in (("a", 1), ("b", 2)):
        assert run(command, practices, "-o", tmp_path / name, "-q", "--workers", workers).exit_code == 0
    contents = [
        {
            path.relative_to(tmp_path / name).as_posix(): but_for_the_command(path)
            for path in (tmp_path / name).iterdir()
            if path.is_file()
        }
        for name in ("a", "b")
    ]
    assert contents[0] == contents[1]


def test_a_list_without_todays_networks_lacks_that_mark(tmp_path: Path) -> None:
    """And nothing else."""
    practices = write_list(tmp_path / "list.csv", today=False)
    assert run("front", practices, "-o", tmp_path / "out", "-q", "--plans", 0).exit_code == 0
    assert not any(row["mark"] == "today" for row in rows_in(tmp_path / "out" / "front.csv"))


@pytest.mark.parametrize(("plans", "folders"), [("all", None), (0, 0)])
def test_plans_for_as_many_points_as_are_asked(
    practices: Path, tmp_path: Path, plans: object, folders: int | None
) -> None:
    """Every point, or none."""
    out = tmp_path / "out"
    assert run("front", practices, "-o", out, "-q", "--plans", plans).exit_code == 0
    rows = [row for row in rows_in(out / "front.csv") if row["mark"] != "today"]
    assert sum(bool(row["folder"]) for row in rows) == (len(rows) if folders is None else folders)


def test_time_that_ran_out_is_said(practices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the table, in the files and on the page; the exit code is that of a result."""
    found = Session.front

    def unproven(self: Session, *axes: Any, **options: Any) -> Any:
        return [replace(front, proven=False) for front in found(self, *axes, **options)]

    monkeypatch.setattr(Session, "front", unproven)
    result = run("front", practices, "-o", tmp_path / "out", "--plans", 0)
    assert result.exit_code == 0
    assert "better plans may exist" in result.stdout
    assert object_in(tmp_path / "out" / "front.json")["proven"] is False
    assert "better plans may exist" in (tmp_path / "out" / "front.html").read_text(encoding="utf-8")
    assert "better plans may exist" in (tmp_path / "out" / "front.svg").read_text(encoding="utf-8")


def test_alternatives_get_every_file(practices: Path, tmp_path: Path) -> None:
    """Ranks in order of cost, every pair of neighbours once, and a folder for each plan."""
    out = tmp_path / "out"
    result = run(
        "alternatives", practices, "-o", out, "-k", 2, "--within", "20%", "--different", 1, "--plans"
    )
    assert result.exit_code == 0, result.stderr
    rows = rows_in(out / "alternatives.csv")
    assert names_in(out) == sorted({*folder_names(ALTERNATIVES), *(row["folder"] for row in rows)})
    assert [row["kind"] for row in rows][:3] == ["best", "next", "next"]
    costs = [float(row["cost"]) for row in rows[:3]]
    assert costs == sorted(costs)
    for row in rows:
        plan = object_in(out / row["folder"] / "plan.json")
        assert plan["cost"] == pytest.approx(float(row["cost"]))
    changes = rows_in(out / "changes.csv")
    for row in rows:
        mine = [each for each in changes if (each["kind"], each["rank"]) == (row["kind"], row["rank"])]
        assert len(mine) == int(row["practices_moved"])
        assert sum(int(each["list_size"]) for each in mine) == int(row["patients_moved"])
    pairs = [(row["code_a"], row["code_b"]) for row in rows_in(out / "borders.csv")]
    edges = object_in(out / "best" / "plan.json")["graph"]["edges"]
    assert sorted(pairs) == sorted((a, b) for a, b, *_ in edges)
    assert "Best plan" in result.stdout


def test_a_plan_folder_of_an_alternative_is_a_plan_of_the_whole_list(practices: Path, tmp_path: Path) -> None:
    """Where there are several areas the others have their best."""
    out = tmp_path / "out"
    options = ("--area", "place", "-k", 1, "--different", 0, "--within", "50%", "--plans")
    result = run("alternatives", practices, "-o", out, "-q", *options)
    assert result.exit_code == 0, result.stderr
    for row in rows_in(out / "alternatives.csv"):
        plan = object_in(out / row["folder"] / "plan.json")
        placed = sorted(code for network in plan["networks"] for code in network["practice_codes"])
        assert placed == [code for code, *_ in ROWS]
        area = next(each for each in plan["areas"] if each["area"] == row["area"])
        assert area["cost"] == pytest.approx(float(row["cost"]))


def test_no_name_of_the_list_acts(tmp_path: Path) -> None:
    """On the page, in the picture or in a table."""
    practices = write_list(tmp_path / "list.csv", name="=<script>alert(1)</script>")
    out = tmp_path / "out"
    assert run("alternatives", practices, "-o", out, "-q").exit_code == 0
    for name in ("alternatives.html", "alternatives.svg"):
        assert "<script" not in (out / name).read_text(encoding="utf-8")
    assert all(not row["practice_name"].startswith("=") for row in rows_in(out / "changes.csv"))
