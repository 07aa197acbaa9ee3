"""netform practices, and publications behind every command on a list."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

import netform
from netform.inputs.example import example_practices
from tests.cli.test_main import run
from tests.publications.made_up import example_publications, zipped

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE = example_practices()
COAST = [practice for practice in EXAMPLE if practice.area == "Coast"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the NHS would publish of the made-up county, and the list that netform makes of it."""
    made = tmp_path_factory.mktemp("published")
    example_publications(made)
    files = [made / name for name in ("gp-reg-pat-prac-all.zip", "gp-reg-pat-prac-map.csv", "epraccur.csv")]
    result = run("practices", *files, "-o", made / "list.csv", "--left-out", made / "out.csv")
    assert result.exit_code == 0, result.output
    assert "63 practices with 614,401 patients. Written to" in result.stderr
    return made


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_list_says_where_each_value_came_from(folder: Path) -> None:
    """Size and postcode from the totals; name, network and areas from the mapping; the authority from the postcode."""
    rows = _rows(folder / "list.csv")
    assert [(row["practice_code"], int(row["list_size"])) for row in rows] == [
        (practice.code, practice.list_size) for practice in EXAMPLE
    ]
    areas, others = "sub_icb_code, sub_icb_ons_code", "sub_icb_name, icb_code, icb_name"
    parts = [
        "practice_code, list_size, postcode: gp-reg-pat-prac-all.csv 2026-07-01",
        f"{areas}, practice_name, pcn_code, {others}, supplier_name: gp-reg-pat-prac-map.csv 2026-07-01",
        "region_code: epraccur.csv",
    ]
    assert {row["sources"] for row in rows} == {"; ".join(parts)}
    # York is E06000014.
    assert (rows[0]["local_authority"], rows[0]["placed_by"]) == ("E06000014", "postcode")
    assert "pcn_name" not in rows[0]
    assert (folder / "out.csv").read_text(encoding="utf-8-sig") == "code,reason,detail\n"


def test_the_list_is_planned_as_what_it_was_made_of(folder: Path) -> None:
    """The same practices at the same places with the same neighbours, from Python as well."""
    joined = netform.read(folder / "list.csv", area="sub_icb_code")
    published = netform.read(
        folder / "gp-reg-pat-prac-all.zip",
        area="SUB_ICB_LOCATION_CODE",
        publications=[folder / "gp-reg-pat-prac-map.csv"],
    )
    assert joined.areas == published.areas
    assert set(joined.graph.edges) == set(published.graph.edges)
    # The file beside the list stands in the provenance.
    assert list(published.origin["files"]) == ["practices", "with_1"]


def test_columns_of_ones_own_stay(folder: Path, tmp_path: Path) -> None:
    """Beside those that netform knows, which get its names."""
    own = "ODS code,Patients,Not on the ground,Team,easting,Postcode,northing\nX99001,9000,yes,Red,,,\n"
    (tmp_path / "own.csv").write_text(own, encoding="utf-8")
    out = tmp_path / "list.csv"
    result = run("practices", tmp_path / "own.csv", folder / "gp-reg-pat-prac-map.csv", "-o", out)
    assert result.exit_code == 0, result.output
    [row] = _rows(out)
    assert (row["list_size"], row["not_geographic"], row["Team"], row["postcode"]) == (
        "9000",
        "yes",
        "Red",
        "YO1 8RL",
    )


def test_every_command_takes_publications(folder: Path, tmp_path: Path) -> None:
    """check, score and the rest have the same options; the provenance has files and options."""
    beside = ["--with", folder / "gp-reg-pat-prac-map.csv", "--where", "sub_icb_code=99C"]
    checked = run("check", folder / "gp-reg-pat-prac-all.zip", *beside)
    size = sum(practice.list_size for practice in COAST)
    assert f"{len(COAST)} practices with {size:,} patients." in checked.stdout
    assert f"Left out, not in sub_icb_code=99C: {len(EXAMPLE) - len(COAST)}." in checked.stdout
    scored = run("score", folder / "gp-reg-pat-prac-all.zip", *beside, "--plan", "today", "--json")
    assert scored.exit_code == 0, scored.output
    made_of = json.loads(scored.stdout)["provenance"]
    assert made_of["options"]["--where"] == ["sub_icb_code=99C"]
    assert {"practices", "with_1"} <= made_of["files"].keys()
    assert run("check", folder / "epraccur.csv").exit_code == 3
    assert run("check", folder / "list.csv", "--where", "99C").exit_code == 2


def test_a_boundary_of_old_codes(folder: Path, tmp_path: Path) -> None:
    """Two areas of last year, which became the one of this: their polygons are its ground."""
    square = "[[[{0},53.7],[{1},53.7],[{1},54.6],[{0},54.6],[{0},53.7]]]"
    features = ",".join(
        f'{{"type":"Feature","properties":{{"code":"{code}"}},"geometry":{{"type":"Polygon","coordinates":{ring}}}}}'
        for code, ring in (("11A", square.format("-1.6", "-0.9")), ("11B", square.format("-0.9", "0.1")))
    )
    (tmp_path / "old.geojson").write_text(f'{{"type":"FeatureCollection","features":[{features}]}}')
    (tmp_path / "codes.csv").write_text("old,new\n11A,QXX\n11B,QXX\n")
    result = run(
        "check", folder / "list.csv", "--area", "icb_code", "--boundary", tmp_path / "old.geojson",
        "--lookup", tmp_path / "codes.csv",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert (
        "codes of the boundary file were taken as those they became: 11A as QXX, 11B as QXX" in result.stdout
    )
    without = run("check", folder / "list.csv", "--area", "icb_code", "--boundary", tmp_path / "old.geojson")
    assert without.exit_code == 3


def test_files_beside_a_list_may_stand_among_publications(folder: Path, tmp_path: Path) -> None:
    """Registrations by LSOA and branch surgeries are taken for what they are, from an archive as well."""
    lsoa = "PRACTICE_CODE,LSOA_CODE,SEX,NUMBER_OF_PATIENTS\nX99001,E01013360,ALL,5\nX99001,E01013361,ALL,5\n"
    branches = "branch_code,practice_code,postcode\nX99001001,X99001,YO10 5BF\n"
    (tmp_path / "both.zip").write_bytes(zipped({"lsoa.csv": lsoa, "branches.csv": branches}))
    result = run("check", folder / "list.csv", "--with", tmp_path / "both.zip")
    assert result.exit_code == 0, result.output
    assert "Where patients live is from both.zip: 10 registrations in 2 LSOAs" in result.stdout
    assert "Further sites of practices from both.zip: 1 " in result.stdout


def test_places_that_cannot_be_written_to(folder: Path, tmp_path: Path) -> None:
    """Are refused before anything is read; nothing is replaced unasked."""
    totals = folder / "gp-reg-pat-prac-all.zip"
    assert run("practices", totals, "-o", tmp_path / "folder").exit_code == 6
    assert run("practices", totals, "-o", tmp_path / "list.xlsx").exit_code == 6
    assert run("practices", totals, "-o", folder / "list.csv").exit_code == 6


@pytest.mark.parametrize("other", ["q.csv", "./q.csv"])
def test_two_results_in_one_file_are_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    """Before anything is written: the second would take the place of the first."""
    monkeypatch.chdir(tmp_path)
    result = run("practices", folder / "list.csv", "-o", "q.csv", "--left-out", other)
    assert result.exit_code == 6
    assert "q.csv: --out and --left-out are one file." in result.output
    assert not (tmp_path / "q.csv").exists()
