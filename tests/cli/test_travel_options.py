"""Options of travel: modes, shares and borders reach the plan, its provenance and its rules."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import netform
from netform.cli.main import cli
from netform.errors import RulesError
from netform.sweep.file import read_sweep

# 1 km apart, 8.32 minutes by the estimate, but for D, 1 km off C as well.
LIST = """\
code,name,postcode,list_size,easting,northing
A,Abbey,LS11 8LH,20000,420000,430000
B,Bridge,LS11 8LH,15000,421000,430000
C,Castle,LS11 8LH,20000,422000,430000
D,Dene,LS11 8LH,15000,423000,430000
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A list, the drive between B and C around an estuary, and the ferry over it."""
    monkeypatch.chdir(tmp_path)
    Path("list.csv").write_text(LIST)
    Path("cars.csv").write_text("from,to,minutes\nB,C,40\nA,B,8\nC,D,8\n")
    Path("bus.csv").write_text("from,to,minutes\nA,B,28\n")
    return tmp_path


def _run(*words: str) -> str:
    result = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def _plan(*words: str) -> dict[str, object]:
    return json.loads(_run("solve", "list.csv", *words, "-q", "--json", "-o", "out"))  # type: ignore[no-any-return]


def test_a_barrier_is_in_the_plan_and_said(folder: Path) -> None:
    """Its border is no edge, the two sides are networks of their own, and the findings and plan.json name it."""
    plan = _plan("--travel", "cars.csv", "--border-ratio", "1.5")
    graph = plan["graph"]
    assert [edge[:3] for edge in graph["edges"]] == [["A", "B", "border"], ["C", "D", "border"]]  # type: ignore[index]
    assert [edge[:4] for edge in graph["barriers"]] == [["B", "C", "border", 40.0]]  # type: ignore[index]
    assert [each["practice_codes"] for each in plan["networks"]] == [["A", "B"], ["C", "D"]]  # type: ignore[attr-defined]
    assert "longest_border_ratio = 1.5" in Path("out/rules.toml").read_text()
    assert "Bridge (B) and Castle (C), 40 minutes where 8 would be" in _run(
        "check", "list.csv", "--travel", "cars.csv", "--rules", "out/rules.toml"
    )
    assert "Borders that are barriers" in Path("out/report.html").read_text()


def test_several_modes_are_named_with_their_hashes(folder: Path) -> None:
    """A and B are 0.75 * 8 + 0.25 * 28 = 13 minutes apart; one file alone stands as ever."""
    words = ("--travel", "car=cars.csv", "--travel", "transit=bus.csv", "--mode-share", "transit=0.25")
    mixed = _plan(*words)
    provenance = mixed["provenance"]
    assert mixed["graph"]["edges"][0] == ["A", "B", "border", 13.0]  # type: ignore[index]
    assert provenance["travel"].startswith(  # type: ignore[index]
        "matrix cars.csv (0.75 by car), bus.csv (0.25 by public transport), else estimate"
    )
    files = provenance["files"]  # type: ignore[index]
    for what, name in (("travel", "cars.csv"), ("travel_transit", "bus.csv")):
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        assert files[what] == {"file": name, "sha256": digest}
    assert provenance["options"]["--travel"] == ["car=cars.csv", "transit=bus.csv"]  # type: ignore[index]
    assert "[travel.shares]\ncar = 0.75\ntransit = 0.25\n" in Path("out/rules.toml").read_text()

    alone = _plan("--travel", "./cars.csv", "--overwrite")["provenance"]
    assert alone["options"]["--travel"] == "./cars.csv"  # type: ignore[index]
    assert alone["files"]["travel"]["file"] == "./cars.csv"  # type: ignore[index]
    assert alone["travel"].startswith("matrix cars.csv, else estimate")  # type: ignore[index]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--travel", "cars.csv", "--travel", "car=bus.csv"), "minutes by car twice, cars.csv and bus.csv"),
        (("--travel", "transit=",), "names no file"),
        (("--travel", "transit=bus.csv"), "add --mode-share transit=0.2"),
        (("--mode-share", "foot=0.1"), "add --travel foot=FILE"),
        (("--mode-share", "foot"), "write MODE=SHARE"),
        (("--mode-share", "walk=0.1"), "--mode-share unknown mode 'walk'"),
        (
            ("--mode-share", "transit=0.2", "--mode-share", "transit=0.3"),
            "--mode-share gives transit twice, 0.2 and 0.3: give it once.",
        ),
        (("--weight", "cover=2", "--weight", " cover =3"), "--weight gives cover twice, 2 and 3: give it once."),
        (("--border-ratio", "0"), "is not a number from 0.1 to 1,000"),
        (("--longest-border", "-3"), "is not a number of minutes"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_as_usage(folder: Path, words: tuple[str, ...], said: str) -> None:
    """With what to write."""
    result = CliRunner().invoke(cli, ["check", "list.csv", *words])
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_travel_reads_as_english_where_the_car_is_estimated(folder: Path) -> None:
    """One file, of a mode other than the car; the estimate is no file that lacks pairs."""
    plan = _plan("--travel", "transit=bus.csv", "--mode-share", "transit=0.25")["provenance"]
    said = "matrix bus.csv (0.25 by public transport) with 0.75 by car as estimated, else estimate"
    assert plan["travel"].startswith(said)  # type: ignore[index]
    assert any(note.endswith("pairs are not in bus.csv and were estimated.") for note in plan["notes"])  # type: ignore[index]


def test_a_program_and_a_sweep_take_modes_too(folder: Path) -> None:
    """By a mapping, and by a table."""
    rules = folder / "rules.toml"
    rules.write_text("[travel.shares]\ntransit = 0.25\n")
    files = {"car": "cars.csv", "transit": "bus.csv"}
    prepared = netform.read("list.csv", rules=netform.load_rules(rules), travel=files)
    assert prepared.travel.minutes(0, 1) == 13.0
    with pytest.raises(RulesError, match="by 'bus' is not known"):
        netform.read("list.csv", travel={"bus": "bus.csv"})
    sweep = folder / "SWEEP.toml"
    sweep.write_text(
        'practices = "list.csv"\ntravel = {car = "cars.csv", transit = "bus.csv"}\nrules = ["rules.toml"]\n'
    )
    inputs = read_sweep(sweep).inputs
    assert inputs.journeys == {"car": folder / "cars.csv", "transit": folder / "bus.csv"}
    sweep.write_text('practices = "list.csv"\ntravel = {bus = "bus.csv", car = 3}\nbands = [[1, 2]]\n')
    with pytest.raises(RulesError, match=r"no mode 'bus'[^\n]*\n[^\n]*travel.car must be"):
        read_sweep(sweep)
