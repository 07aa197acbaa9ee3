"""The command line: its options, exit codes and files, run in this process on small lists."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import random
import re
import shlex
import subprocess
import sys
from contextlib import chdir
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

import netform.inputs.list_on_map
from netform.cli.guide import page
from netform.cli.main import cli
from netform.errors import AuditError, NoPlanError
from netform.export.formats import folder_names
from netform.export.plan import PLAN
from netform.solve import workers
from tests.published import but_for_the_command

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from click.testing import Result

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "data" / "example_practices.csv"

# Leeds and around: 100,000 patients are two or three networks.
PRACTICES = (
    ("P1", "LS11 8LH", 16_000, "North"),
    ("P2", "LS12 3HD", 17_000, "North"),
    ("P3", "LS1 4AP", 15_000, "South"),
    ("P4", "LS28 5DH", 20_000, "North"),
    ("P5", "WF3 3DW", 18_000, "South"),
    ("P6", "BD11 2DT", 14_000, "South"),
)
CONTRACT = (
    "--out", "--rules", "--area", "--min", "--max", "--time-limit", "--seed", "--workers", "--strict",
    "--weight", "--networks", "--travel", "--graph", "--edges", "--boundary", "--json", "--overwrite",
)  # fmt: skip

# What a folder of a plan without prices holds.
# What a folder has only where it was asked for.
WHERE_ASKED_FOR = {"prices", "neighbourhoods", "branches"}
PLAN_FILES = tuple(name for name in folder_names(PLAN) if name.partition(".")[0] not in WHERE_ASKED_FOR)


def write_list(path: Path, rows: Sequence[tuple[str, str, int, str]] = PRACTICES) -> Path:
    """Write a practice list."""
    lines = ["code,postcode,list_size,place", *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def practices(tmp_path: Path) -> Path:
    """Six practices in and around Leeds."""
    return write_list(tmp_path / "list.csv")


def run(*arguments: object, stdin: bytes | None = None) -> Result:
    """Run netform in this process."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], input=stdin)


def plan_in(folder: Path) -> dict[str, Any]:
    """Read the plan of an output folder."""
    plan: dict[str, Any] = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    return plan


def members(plan: dict[str, Any]) -> list[list[str]]:
    """List the networks by their practices."""
    return sorted(network["practice_codes"] for network in plan["networks"])


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_has_help_and_a_place_in_the_readme(name: str) -> None:
    """Nobody has to read the code to find a command."""
    result = run(name, "--help")
    assert result.exit_code == 0
    assert cli.commands[name].help
    if name not in ("example", "guide"):
        assert f"netform {name}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_option_of_the_contract_is_there() -> None:
    """Other programs and habits rest on them."""
    options = {opt for param in cli.commands["solve"].params for opt in param.opts if opt.startswith("--")}
    assert set(CONTRACT) <= options


def test_help_answers_at_once() -> None:
    """A fresh process answers without loading a library that takes long."""
    code = (
        "import sys; from netform.cli.main import cli; cli(['solve', '--help'], standalone_mode=False); "
        "sys.exit(bool({'numpy', 'numba', 'ortools', 'shapely', 'networkx'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_a_folder_gets_every_file(practices: Path, tmp_path: Path) -> None:
    """The summary goes to standard error, the six files to the folder, and nothing to standard output."""
    result = run("solve", practices, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(PLAN_FILES)
    assert result.stdout == ""
    assert "6 practices with 100,000 patients form" in result.stderr
    assert plan_in(tmp_path / "out")["status"] == "optimal"


def test_json_is_the_file(practices: Path, tmp_path: Path) -> None:
    """Standard output is the plan and nothing else, byte for byte as it is in the folder."""
    result = run("solve", practices, "-o", tmp_path / "out", "--json", "-q")
    assert result.exit_code == 0
    assert result.stdout_bytes == (tmp_path / "out" / "plan.json").read_bytes()
    assert json.loads(result.stdout)["schema"] == "netform/plan/1"
    assert result.stderr == ""


@pytest.mark.parametrize("ending", [".csv", ".geojson", ".gpkg", ".html", ".xlsx"])
def test_a_file_by_its_ending(practices: Path, tmp_path: Path, ending: str) -> None:
    """One file of the format that its ending names, and no other."""
    target = tmp_path / "out" / f"map{ending}"
    target.parent.mkdir()
    assert run("solve", practices, "-o", target, "-q").exit_code == 0
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    beginnings = {
        ".gpkg": b"SQLite",
        ".xlsx": b"PK",
        ".html": b"<!doctype",
        ".geojson": b"{",
        ".csv": b"\xef\xbb\xbfprac",
    }
    assert target.read_bytes().startswith(beginnings[ending])


def test_standard_input(practices: Path, tmp_path: Path) -> None:
    """A list from - gives the plan of the same list from a file, but for its name."""
    assert run("solve", "-", "-o", tmp_path / "a", stdin=practices.read_bytes()).exit_code == 0
    assert run("solve", practices, "-o", tmp_path / "b").exit_code == 0
    piped, named = plan_in(tmp_path / "a"), plan_in(tmp_path / "b")
    assert piped["provenance"]["input"] == piped["provenance"]["files"]["practices"]["file"] == "-"
    assert named["provenance"]["input"] == "list.csv"
    assert but_for_the_command(tmp_path / "a" / "plan.json") == but_for_the_command(
        tmp_path / "b" / "plan.json"
    )


def test_earlier_results_are_replaced_only_when_asked(practices: Path, tmp_path: Path) -> None:
    """Without --overwrite nothing is even read; exit 6."""
    target = tmp_path / "map.csv"
    target.write_text("mine")
    refused = run("solve", practices, "-o", target)
    assert (refused.exit_code, target.read_text()) == (6, "mine")
    assert "--overwrite" in refused.stderr
    assert run("solve", practices, "-o", target, "--overwrite", "-q").exit_code == 0
    assert target.read_text() != "mine"


def test_the_resolved_rules_give_the_same_plan(practices: Path, tmp_path: Path) -> None:
    """rules.toml of an earlier plan, whatever options made it, can be given back."""
    first = run("solve", practices, "-o", tmp_path / "a", "--max", 60_000, "--weight", "patient_travel=3")
    again = run("solve", practices, "-o", tmp_path / "b", "--rules", tmp_path / "a" / "rules.toml")
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert but_for_the_command(tmp_path / "a" / "plan.json") == but_for_the_command(
        tmp_path / "b" / "plan.json"
    )
    assert "patient_travel = 3" in (tmp_path / "b" / "rules.toml").read_text()


@pytest.mark.parametrize(
    "options",
    [("--networks", "1"), ("--networks", "1", "--min", "15000", "--max", "16000", "--area", "place")],
)
def test_a_check_refuses_the_numbers_that_a_solve_refuses(
    practices: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """Arithmetic rules them out: with the same words, and all areas at once."""
    checked = run("check", practices, *options)
    solved = run("solve", practices, "-o", tmp_path / "out", *options)
    assert (checked.exit_code, solved.exit_code) == (2, 2)
    assert solved.stderr.strip() in checked.stderr
    assert checked.stderr.count("cannot hold") == (2 if "--area" in options else 1)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--nonsense",), "No such option"),
        (("--weight", "speed=2"), "no term 'speed'"),
        (("--weight", "patient_travel"), "TERM=NUMBER"),
        (("--weight", "patient_travel=-1"), "0 or a number from 0.000001 to 1,000,000"),
        (("--min", "60000", "--max", "50000"), "no network fits"),
        (("--time-limit", "0"), "a number of seconds from 0.001 to 31,536,000"),
        (("--time-limit", "nan"), "a number of seconds from 0.001"),
        (("--memory", "nan"), "a number of gigabytes from 0.0000001 to 100,000"),
        (("--workers", "5000"), "a whole number from 1 to 1,024"),
        (("--weight", "overhead=1e9"), "not 1000000000.0"),
        (("--longest-to-hub", "1e300"), "a number of minutes from 0.001 to 100,000"),
        (("--moves-patients", "1" * 400, "--start", "today"), "--moves-patients"),
        (("--profile", "fyfv-2071"), "Did you mean 'fyfv-2017'?"),
        (("--rules", "absent.toml"), "no such file"),
        (("--rules", "a.toml", "--profile", "fyfv-2017"), "both give the rules"),
        (("--networks", "7", "--area", "place"), "has only 3 to form networks of"),
        (
            ("--networks", "1"),
            "1 networks cannot hold 6 practices with 100,000 patients, even with exceptions",
        ),
        (("--seed", "-1"), "a whole number from 0 to 2,147,483,647"),
        (("--seed", "9" * 5000), "a whole number from 0"),
    ],
)
def test_wrong_options_end_in_2(
    practices: Path, tmp_path: Path, options: tuple[str, ...], reason: str
) -> None:
    """A wrong option or rule is explained, and nothing is written."""
    result = run("solve", practices, "-o", tmp_path / "out", *options)
    assert result.exit_code == 2
    assert reason in result.stderr
    assert not (tmp_path / "out").exists()


def test_wrong_input_ends_in_3(tmp_path: Path) -> None:
    """Every fault of a list is said at once, with its row."""
    listed = write_list(tmp_path / "bad.csv", (("P1", "LS1 4AP", 0, ""), ("P1", "nowhere", 9, "")))
    result = run("solve", listed, "-o", tmp_path / "out")
    assert result.exit_code == 3
    assert "row 2" in result.stderr
    assert "row 3" in result.stderr
    assert run("solve", tmp_path / "absent.csv").exit_code == 3
    assert run("check", tmp_path / "absent.csv").exit_code == 3


@pytest.mark.parametrize("option", ["--travel", "--graph", "--edges", "--boundary", "--postcodes"])
def test_wrong_files_beside_the_list_end_in_3(practices: Path, tmp_path: Path, option: str) -> None:
    """A file that is not there is named."""
    result = run("solve", practices, "-o", tmp_path / "out", option, tmp_path / "absent.csv")
    assert result.exit_code == 3
    assert "absent.csv" in result.stderr


def test_strict_ends_in_4_with_the_reason(practices: Path, tmp_path: Path) -> None:
    """Two networks of 36,000 to 48,000 hold at most 96,000 patients and three need 108,000: not 100,000."""
    band = ("--min", 36_000, "--max", 48_000)
    result = run("solve", practices, "-o", tmp_path / "out", "--strict", *band)
    assert result.exit_code == 4
    assert "2 networks can hold at most 96,000 and 3 need at least 108,000" in result.stderr
    assert not (tmp_path / "out").exists()
    relaxed = run("solve", practices, "-o", tmp_path / "out", *band)
    assert relaxed.exit_code == 0
    exceptions = [network["exception"] for network in plan_in(tmp_path / "out")["networks"]]
    assert exceptions.count("arithmetic") == 1


def test_no_plan_in_the_time_ends_in_5(
    practices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that found nothing writes nothing."""

    def nothing(*arguments: object, **named: object) -> None:
        raise NoPlanError("no plan was found in the time given.")

    monkeypatch.setattr(workers, "plan_areas", nothing)
    result = run("solve", practices, "-o", tmp_path / "out")
    assert (result.exit_code, (tmp_path / "out").exists()) == (5, False)


def test_areas_without_a_plan_do_not_cost_the_others_theirs(
    practices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was planned in the time is written, the rest is unplaced with the reason; exit 5."""
    whole = workers.plan_areas

    def only_north(graph: Any, areas: Any, *others: Any, **named: Any) -> None:
        whole(graph, {"North": areas["North"]}, *others, **named)
        raise NoPlanError("no plan of South was found in the time given.")

    monkeypatch.setattr(workers, "plan_areas", only_north)
    result = run("solve", practices, "-o", tmp_path / "out", "--area", "place", "--min", 15_000)
    assert result.exit_code == 5, result.stderr
    assert "area South had no plan in the time given" in result.stderr
    plan = plan_in(tmp_path / "out")
    assert plan["status"] == "unknown"
    assert plan["cost"] is None
    assert "South: Time ran out before its area was begun." in result.stderr
    reason = "Time ran out before its area was begun."
    assert plan["unplaced"] == [{"practice_code": code, "reason": reason} for code in ("P3", "P5", "P6")]
    assert sorted(code for codes in members(plan) for code in codes) == ["P1", "P2", "P4"]


def test_what_cannot_be_written_ends_in_6(practices: Path, tmp_path: Path) -> None:
    """A place that cannot be written to is refused before the work begins."""
    (tmp_path / "file").write_text("")
    result = run("solve", practices, "-o", tmp_path / "file" / "out")
    assert result.exit_code == 6
    assert run("solve", practices, "-o", tmp_path / "map.docx").exit_code == 6
    assert run("solve", practices, "-o", "-").exit_code == 6


@pytest.mark.parametrize(
    ("failure", "code", "words"),
    [
        (AuditError("the audit refused the plan"), 70, "netform: the audit refused the plan"),
        (RuntimeError("\x1b[31mtwo\nlines"), 70, "a defect of netform"),
        (MemoryError(), 5, "out of memory"),
        (KeyboardInterrupt(), 130, "stopped before anything was written"),
    ],
)
def test_failures_are_one_line_and_a_code(
    practices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException, code: int,
    words: str,
) -> None:  # fmt: skip
    """No traceback reaches a user, and nothing a failure carries reaches the terminal raw."""

    def fail(*arguments: object, **named: object) -> None:
        raise failure

    monkeypatch.delenv("NETFORM_DEBUG", raising=False)
    monkeypatch.setattr(netform.inputs.list_on_map, "locate", fail)
    result = run("solve", practices, "-o", tmp_path / "out")
    assert result.exit_code == code
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_defect_shows_where_when_asked(
    practices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NETFORM_DEBUG is for whoever mends netform."""
    monkeypatch.setenv("NETFORM_DEBUG", "1")
    monkeypatch.setattr(netform.inputs.list_on_map, "locate", None)
    assert "Traceback" in run("solve", practices, "-o", tmp_path / "out").stderr


def test_areas_are_not_crossed(practices: Path, tmp_path: Path) -> None:
    """Each area has its networks, under ids that begin with its name."""
    assert run("solve", practices, "-o", tmp_path / "out", "--area", "PLACE", "-q").exit_code == 0
    plan = plan_in(tmp_path / "out")
    assert [area["area"] for area in plan["areas"]] == ["North", "South"]
    place = {code: area for code, _, _, area in PRACTICES}
    for network in plan["networks"]:
        assert {place[code] for code in network["practice_codes"]} == {network["area"]}
        assert network["network_id"].startswith(f"{network['area']}-")


@pytest.mark.parametrize("number", [2, 3])
def test_the_number_of_networks_can_be_fixed(practices: Path, tmp_path: Path, number: int) -> None:
    """100,000 patients are two networks or three."""
    assert run("solve", practices, "-o", tmp_path / "out", "--networks", number, "-q").exit_code == 0
    assert len(plan_in(tmp_path / "out")["networks"]) == number


def test_a_number_that_the_band_cannot_hold_is_planned_with_exceptions(
    practices: Path, tmp_path: Path
) -> None:
    """Five networks of 30,000 need 150,000 patients of 100,000: the arithmetic is said, and as few are exceptions."""
    assert run("solve", practices, "-o", tmp_path / "out", "--networks", 5, "-q").exit_code == 0
    plan = plan_in(tmp_path / "out")
    (area,) = plan["areas"]
    assert len(plan["networks"]) == 5
    assert "5 networks cannot hold 100,000 patients within 30,000-50,000 each: 2 to 3 can." in str(
        area["notes"]
    )
    exceptions = sum(network["exception"] is not None for network in plan["networks"])
    assert exceptions == area["exceptions_bound"]
    assert run("solve", practices, "-o", tmp_path / "no", "--networks", 5, "--strict").exit_code == 4


def test_what_does_not_fit_into_the_memory_is_searched(practices: Path, tmp_path: Path) -> None:
    """A hundred bytes a network: with room for one the plan is not proven, and says why."""
    assert run("solve", practices, "-o", tmp_path / "out", "--memory", "1e-7", "-q").exit_code == 0
    plan = plan_in(tmp_path / "out")
    assert plan["areas"][0]["status"] == "feasible"
    assert "--memory" in plan["areas"][0]["method"]
    assert 0 < plan["areas"][0]["bound"] <= plan["areas"][0]["cost"]


def test_a_graph_an_edge_and_a_journey_of_ones_own(practices: Path, tmp_path: Path) -> None:
    """--graph gives every edge, --edges takes one away, and --travel sets what the page says of travel."""
    ring = ["P1,P2", "P2,P3", "P3,P4", "P4,P5", "P5,P6", "P6,P1"]
    graph, edges, travel = (tmp_path / name for name in ("graph.csv", "edges.csv", "travel.csv"))
    graph.write_text("from,to\n" + "\n".join(ring) + "\n")
    edges.write_text("from,to,action\nP6,P1,drop\n")
    travel.write_text("from,to,minutes\nP1,P2,7.5\n")
    result = run(
        "solve", practices, "-o", tmp_path / "out",
        "--graph", graph, "--edges", edges, "--travel", travel,
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    plan = plan_in(tmp_path / "out")
    assert [f"{a},{b}" for a, b, *_ in plan["graph"]["edges"]] == ring[:5]
    assert plan["graph"]["edges"][0] == ["P1", "P2", "bridge", 7.5]
    assert "travel.csv" in plan["provenance"]["travel"]


@pytest.mark.parametrize("workers", [1, 2])
def test_rows_in_any_order_give_the_same_bytes(tmp_path: Path, workers: int) -> None:
    """Neither the order of rows nor a second run nor a second worker changes a network."""
    rows = list(csv.reader(io.StringIO(EXAMPLE.read_text(encoding="utf-8"))))
    mixed = rows[1:]
    random.Random(1).shuffle(mixed)  # noqa: S311 - a shuffle, not a secret
    shuffled = tmp_path / "example_practices.csv"
    with shuffled.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([rows[0], *mixed])
    for source, out in ((EXAMPLE, "a"), (EXAMPLE, "b"), (shuffled, "c")):
        count = workers if out == "b" else 1
        options = ("--area", "area", "--workers", count, "-q")
        assert run("solve", source, "-o", tmp_path / out, *options).exit_code == 0
    for name in PLAN_FILES:
        assert but_for_the_command(tmp_path / "b" / name) == but_for_the_command(tmp_path / "a" / name), name
    assert plan_in(tmp_path / "b")["provenance"]["workers"] == workers
    first, third = (but_for_the_command(tmp_path / out / "plan.json") for out in "ac")
    for plan in (first, third):
        plan["provenance"].pop("input_sha256")
    assert first == third


def test_the_same_command_gives_the_same_bytes(practices: Path, tmp_path: Path) -> None:
    """In every file, the provenance and what pages and workbooks show of it among them."""
    folders = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "list.csv").write_bytes(practices.read_bytes())
        with chdir(folder):
            assert run("solve", "list.csv", "-o", "out", "-q").exit_code == 0
        folders.append({path.name: path.read_bytes() for path in (folder / "out").iterdir()})
    assert folders[0] == folders[1]


def test_a_plan_says_how_to_make_it_again(practices: Path, tmp_path: Path) -> None:
    """The command line quoted for a shell, every option as typed, and every file with its digest."""
    (tmp_path / "my rules.toml").write_text('profile = "fyfv-2017"\n', encoding="utf-8")
    (tmp_path / "edges.csv").write_text("from,to\nP1,P2\n", encoding="utf-8")
    (tmp_path / "start.csv").write_text("code,network\nP1,a\nP2,a\n", encoding="utf-8")
    options = ("--rules", "my rules.toml", "--edges", "./edges.csv", "--min=20k", "--weight", "overhead=2")
    with chdir(tmp_path):
        asked = ("solve", practices, "-o", "out", *options, "--start", "start.csv", "--moves", 9, "-q")
        assert run(*asked).exit_code == 0
        made = plan_in(tmp_path / "out")
        again = [
            word if word != "out" else "again" for word in shlex.split(made["provenance"]["command"])[1:]
        ]
        assert run(*again).exit_code == 0
    said = made["provenance"]
    assert said["options"] == {
        "--rules": "my rules.toml", "--edges": "./edges.csv", "--min": "20k", "--weight": ["overhead=2"],
        "--out": "out", "--start": "start.csv", "--moves": "9", "--quiet": True,
    }  # fmt: skip
    assert {what: each["file"] for what, each in said["files"].items()} == {
        "practices": str(practices), "rules": "my rules.toml", "edges": "./edges.csv", "start": "start.csv",
    }  # fmt: skip
    for each in said["files"].values():
        assert each["sha256"] == hashlib.sha256((tmp_path / each["file"]).read_bytes()).hexdigest()
    page = html.unescape((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    assert said["command"] in page
    assert all(each["sha256"] in page for each in said["files"].values())
    assert but_for_the_command(tmp_path / "again" / "plan.json") == but_for_the_command(
        tmp_path / "out" / "plan.json"
    )


def test_seconds_are_written_only_when_asked(practices: Path, tmp_path: Path) -> None:
    """They differ from run to run, and the same input is to give the same bytes."""
    assert run("solve", practices, "-o", tmp_path / "out", "-q").exit_code == 0
    assert plan_in(tmp_path / "out")["areas"][0]["seconds"] == {}
    assert run("solve", practices, "-o", tmp_path / "timed", "-q", "--timings").exit_code == 0
    assert plan_in(tmp_path / "timed")["areas"][0]["seconds"]


@pytest.mark.parametrize("memory", [(), ("--memory", 1e-6)])
def test_the_solve_log_is_written_only_when_asked(
    practices: Path, tmp_path: Path, memory: tuple[object, ...]
) -> None:
    """Each area from its first plan to its end: time goes on, and no bound for as many exceptions falls."""
    options = ("-q", "--area", "place", "--min", 15_000, *memory)
    assert run("solve", practices, "-o", tmp_path / "out", *options).exit_code == 0
    assert "solve_log" not in plan_in(tmp_path / "out")
    assert run("solve", practices, "-o", tmp_path / "timed", "--timings", *options).exit_code == 0
    plan = plan_in(tmp_path / "timed")
    for area in plan["areas"]:
        rows = [row for row in plan["solve_log"] if row["area"] == area["area"]]
        assert rows[-1]["step"] == "end"
        last = (rows[-1]["bound"], rows[-1]["incumbent"])
        assert last == pytest.approx((area["bound"], area["cost"]), abs=1e-5)
        for before, after in pairwise(rows):
            assert before["seconds"] <= after["seconds"]
            assert after["exceptions"] <= before["exceptions"]
            if before["exceptions"] == after["exceptions"]:
                assert before["bound"] <= after["bound"] + 1e-5
        for each in rows:
            assert each["bound"] <= each["incumbent"] + 1e-5


def test_check_says_what_bends_a_plan_and_solves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example has one practice over the band; --strict makes that an exit code."""
    monkeypatch.setattr(workers, "plan_areas", None)
    result = run("check", EXAMPLE)
    assert result.exit_code == 0
    assert "63 practices with 614,401 patients" in result.stdout
    assert "X99017 alone has 54,619 patients" in result.stdout
    assert result.stderr == ""
    assert run("check", EXAMPLE, "--strict").exit_code == 4
    assert run("check", EXAMPLE, "--strict", "--max", 55_000).exit_code == 0


def test_example_writes_what_solve_reads(tmp_path: Path) -> None:
    """The made-up county is the one in data/, and is not written over another file."""
    target = tmp_path / "mine.csv"
    assert run("example", target).exit_code == 0
    assert target.read_bytes() == EXAMPLE.read_bytes()
    assert run("example", target).exit_code == 6
    assert run("example", target, "--overwrite").exit_code == 0


def test_interruptions_are_given_back(practices: Path, tmp_path: Path) -> None:
    """A program that runs a command keeps its own handlers of signals."""
    import signal  # noqa: PLC0415 - for this test alone

    before: Callable[..., Any] | int | None = signal.getsignal(signal.SIGTERM)
    run("solve", practices, "-o", tmp_path / "out", "-q")
    assert signal.getsignal(signal.SIGTERM) == before


def test_the_guide_names_every_exit_code() -> None:
    """The codes of the errors, of success, of a defect and of interruption."""
    readme = page("outputs")
    rows = re.findall(r"^\| (\d[\d, ]*) \|", readme, re.MULTILINE)
    codes = {int(code) for row in rows for code in row.split(",")}
    assert {0, 2, 3, 4, 5, 6, 70, 130} <= codes


@pytest.mark.parametrize(
    "typed", ["30000", "30,000", "30k", "30K", "30.0k", "30 k", "30 000", "30_000", "30000.0"]
)
def test_patients_are_read_as_people_write_them(typed: str) -> None:
    """All of these are thirty thousand."""
    assert "Networks are to have 30,000 to 50,000 patients." in run("check", EXAMPLE, "--min", typed).stdout


@pytest.mark.parametrize("typed", ["30 thousand", "3,00", "1.5", "k", "", "30.000", "3e4"])
def test_what_is_no_number_of_patients_is_refused(typed: str) -> None:
    """With how to write it."""
    result = run("check", EXAMPLE, "--min", typed)
    assert result.exit_code == 2
    assert "30k" in result.stderr


def test_a_folder_gets_what_is_asked_for_besides(practices: Path, tmp_path: Path) -> None:
    """Pictures and a paper; a later plan without them takes away those that netform made, and no file of others."""
    out = tmp_path / "out"
    asked = ("--also", "map.png", "--also", "report.pdf")
    assert run("solve", practices, "-o", out, "-q", *asked).exit_code == 0
    assert (out / "map.png").read_bytes().startswith(b"\x89PNG")
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF")
    assert not (out / "map.svg").exists()
    (out / "map.svg").write_text("mine")
    assert run("solve", practices, "-o", out, "-q", "--overwrite").exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == sorted([*PLAN_FILES, "map.svg"])
    refused = run("solve", practices, "-o", tmp_path / "x.csv", *asked)
    assert refused.exit_code == 6
    assert "--also map.png goes into a folder" in refused.stderr
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "report.pdf").write_text("mine")
    assert run("solve", practices, "-o", tmp_path / "kept", "-q", *asked).exit_code == 6
    assert (tmp_path / "kept" / "report.pdf").read_text() == "mine"
