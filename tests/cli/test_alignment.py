"""Alignment with neighbourhoods, from files to plans, scores, tables and pages."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_main import run

if TYPE_CHECKING:
    from pathlib import Path

# Six practices of 20,000 in a row, a kilometre apart; A to C on the hill and D to F in the vale.
CODES = "ABCDEF"
BAND = ("--min", 30_000, "--max", 60_000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The list, whose networks of today are pairs, one of which straddles; neighbourhoods by practice and by LSOA."""
    path = tmp_path_factory.mktemp("row")
    today = dict(zip(CODES, ("U1", "U1", "U2", "U2", "U3", "U3"), strict=True))
    rows = [f"{code},,20000,{430_000 + 1_000 * at},433000,{today[code]}" for at, code in enumerate(CODES)]
    header = "practice_code,postcode,list_size,easting,northing,pcn_code"
    (path / "list.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    sides = [f"{code},{'Hill' if code < 'D' else 'Vale'}" for code in CODES]
    (path / "hoods.csv").write_text("\n".join(["practice_code,neighbourhood", *sides]), encoding="utf-8")
    return path


def plan_of(folder: Path, out: Path, *options: object) -> dict[str, object]:
    """Solve the row and read its plan."""
    files = (folder / "list.csv", "--neighbourhoods", folder / "hoods.csv")
    result = run("solve", *files, "-o", out, "--workers", 1, *BAND, *options)
    assert result.exit_code == 0, result.output
    plan: dict[str, object] = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    return plan


def table(path: Path) -> list[dict[str, str]]:
    """Read a table of a folder."""
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))


def section(page: str) -> str:
    """Take the section of neighbourhoods out of a page, but for where exactly things stand on its map."""
    inside = page.partition('<section aria-labelledby="neighbourhoods">')[2].partition("</section>")[0]
    return re.sub(r' (?:d|x|y)="[^"]*"', "", inside)


def test_the_files_of_neighbourhoods_are_recorded_as_typed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file of an option that is repeated has a name of its own, and stands as it was written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.csv").write_bytes((folder / "list.csv").read_bytes())
    codes = ["E02000001,E01000001", "E02000002,E01000002"]
    (tmp_path / "lookup.csv").write_text("\n".join(["msoa21cd,lsoa21cd", *codes]), encoding="utf-8")
    (tmp_path / "msoas.csv").write_text(
        "msoa21cd,neighbourhood\nE02000001,Hill\nE02000002,Vale\n", encoding="utf-8"
    )
    homes = [f"{code},E0100000{1 + (code > 'C')},100" for code in CODES]
    (tmp_path / "homes.csv").write_text(
        "\n".join(["practice_code,lsoa_code,patients", *homes]), encoding="utf-8"
    )
    files = ("--neighbourhoods", "./msoas.csv", "--neighbourhoods", "lookup.csv")
    result = run("solve", "list.csv", *files, "--registrations", "homes.csv", "-o", "out", *BAND)
    assert result.exit_code == 0, result.output
    made_of = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))["provenance"]["files"]
    assert {what: each["file"] for what, each in made_of.items()} == {
        "practices": "list.csv",
        "registrations": "homes.csv",
        "neighbourhoods": "./msoas.csv",
        "neighbourhoods_2": "lookup.csv",
    }


def networks_of(plan: dict[str, object]) -> set[str]:
    """The members of each network, in a row."""
    return {"".join(network["practice_codes"]) for network in plan["networks"]}  # type: ignore[attr-defined]


def test_a_least_share_is_kept(folder: Path, tmp_path: Path) -> None:
    """With three networks demanded C and D straddle; with two and 75% each lies on one side, and the rules say so."""
    three = plan_of(folder, tmp_path / "three", "--networks", 3)
    assert networks_of(three) == {"AB", "CD", "EF"}
    assert [network["neighbourhood_share"] for network in three["networks"]] == [1.0, 0.5, 1.0]  # type: ignore[attr-defined]
    two = plan_of(folder, tmp_path / "two", "--aligned", "75%")
    assert networks_of(two) == {"ABC", "DEF"}
    assert "aligned = 0.75" in (tmp_path / "two" / "rules.toml").read_text(encoding="utf-8")


def test_the_term_draws_networks_into_one_neighbourhood(folder: Path, tmp_path: Path) -> None:
    """Of 20,000 patients across, each costs 0.001 hours; heavy enough, nobody is left across."""
    light = plan_of(folder, tmp_path / "light", "--networks", 3)
    assert sum(network["terms"]["alignment"] for network in light["networks"]) == pytest.approx(20.0)  # type: ignore[attr-defined]
    heavy = plan_of(folder, tmp_path / "heavy", "--weight", "alignment=100")
    assert networks_of(heavy) == {"ABC", "DEF"}


def test_the_fewest_moves_that_align(folder: Path, tmp_path: Path) -> None:
    """From today's pairs C and D are in the way: the fewest that move for 75% are two practices."""
    moves = ("--start", "today", "--moves", "least")
    plan = plan_of(folder, tmp_path / "out", "--aligned", "0.75", *moves)
    assert networks_of(plan) == {"ABC", "DEF"}
    assert plan["provenance"]["moves"]["practices"] == 2  # type: ignore[index]


def test_the_folder_and_its_page_made_anew(folder: Path, tmp_path: Path) -> None:
    """Tables say where patients live; the page of the folder is the first again."""
    out = tmp_path / "out"
    plan = plan_of(folder, out, "--networks", 3)
    assert plan["living"][0] == {"practice_code": "A", "neighbourhoods": {"Hill": 20_000.0}}  # type: ignore[index]
    rows = table(out / "neighbourhoods.csv")
    across = [row for row in rows if row["main"] == "no"]
    assert [(row["neighbourhood"], row["patients"], row["share"]) for row in across] == [
        ("Vale", "20000.0", "0.5")
    ]
    members = {row["practice_code"]: row for row in table(out / "practices.csv")}
    assert members["D"]["patients_outside_neighbourhood"] == "20000.0"
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "83% of the patients live in the main neighbourhood of their network, and 20,000 do not." in page
    assert run("report", out, "-o", tmp_path / "again.html").exit_code == 0
    again = (tmp_path / "again.html").read_text(encoding="utf-8")
    assert section(again) == section(page)


def test_any_division_is_judged(folder: Path, tmp_path: Path) -> None:
    """Today's networks: two of three have their patients in one neighbourhood, and the share demanded is broken."""
    options = ("--plan", "today", "--neighbourhoods", folder / "hoods.csv", *BAND, "--aligned", "75%")
    said = run("score", folder / "list.csv", *options).output
    assert "2 of 3 networks have at least 75% of theirs in one neighbourhood." in said
    assert "U2: Of its patients 50.0% live in its main neighbourhood, Hill, fewer than the 75%" in said
    assert run("score", folder / "list.csv", *options, "-o", tmp_path / "score").exit_code == 0
    scored = json.loads((tmp_path / "score" / "score.json").read_text(encoding="utf-8"))
    assert [network["neighbourhood"] for network in scored["networks"]] == ["Hill", "Hill", "Vale"]


def test_two_divisions_are_compared(folder: Path, tmp_path: Path) -> None:
    """Today five of six practices are in the main neighbourhood of their network, in the plan all; so of folders."""
    plan_of(folder, tmp_path / "two", "--aligned", "75%")
    plan_of(folder, tmp_path / "three", "--networks", 3)
    files = ("--practices", folder / "list.csv", "--neighbourhoods", folder / "hoods.csv", *BAND)
    row = r"Patients in its main neighbourhood +83.3% +100.0% +\+16.7 points"
    assert re.search(row, run("compare", "today", tmp_path / "two", *files).output)
    assert re.search(row, run("compare", tmp_path / "three", tmp_path / "two").output)


def test_neighbourhoods_as_areas_and_the_price_of_their_border(folder: Path, tmp_path: Path) -> None:
    """As areas they need no column, and what the line between them costs is said."""
    plan = plan_of(folder, tmp_path / "out", "--area", "neighbourhood", "--prices")
    assert networks_of(plan) == {"ABC", "DEF"}
    rows = table(tmp_path / "out" / "prices.csv")
    assert [row["kind"] for row in rows] == ["area_line"]


@pytest.mark.parametrize("share", ["0", "101%", "most", "nan"])
def test_a_share_is_a_share(folder: Path, share: str) -> None:
    """Anything else is refused with how to write one."""
    result = run("solve", folder / "list.csv", "--aligned", share)
    assert result.exit_code == 2
    assert "write 75% or 0.75" in result.output


@pytest.mark.parametrize(
    "command",
    [
        ("solve", "-o", "out"),
        ("check",),
        ("score", "--plan", "today"),
        ("compare", "today", "today", "--practices"),
        ("front", "-x", "patient_travel", "-y", "workforce", "-o", "out"),
        ("alternatives", "-o", "out"),
    ],
    ids=lambda command: command[0],
)
def test_a_share_without_neighbourhoods_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """Nothing could be judged by it, and a plan would be called proven: by the option as by a file of rules."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.toml").write_text("[planner]\naligned = 0.75\n", encoding="utf-8")
    for demand, named in (
        (("--aligned", "75%"), "--aligned 0.75"),
        (("--rules", "rules.toml"), "aligned 0.75"),
    ):
        result = run(*command, folder / "list.csv", *BAND, *demand)
        assert result.exit_code == 2, result.output
        assert f"{named}: no neighbourhoods were given" in " ".join(result.output.split())
        assert "Add --neighbourhoods FILE, or take it out." in " ".join(result.output.split())
    assert not (tmp_path / "out").exists()


def test_a_practice_in_no_neighbourhood_is_for_their_file(folder: Path, tmp_path: Path) -> None:
    """Where neighbourhoods are the areas; an empty file is asked for codes and neighbourhoods."""
    hoods = tmp_path / "hoods.csv"
    hoods.write_text(
        "practice_code,neighbourhood\nA,Hill\nB,Hill\nC,Hill\nD,Vale\nE,Vale\n", encoding="utf-8"
    )
    words = ("check", folder / "list.csv", "--neighbourhoods", hoods, "--area", "neighbourhood")
    said = " ".join(run(*words).output.split())
    assert "the neighbourhood of practice F is not known" in said
    assert "Say it in the file of --neighbourhoods, or leave the practice out." in said
    hoods.write_text("", encoding="utf-8")
    said = " ".join(run(*words).output.split())
    assert "it is empty. Give polygons, or a table with a row for each code and its neighbourhood." in said
