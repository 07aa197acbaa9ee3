"""Branches, practices that are nowhere, and practices outside their area's outline, on the real lists."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from netform.pipeline import draw, make_plan, prepare
from netform.practices.nowhere import why_nowhere
from netform.practices.reading import read_practices
from netform.prepared import Inputs
from netform.rules.toml import load_profile
from netform.solve.area import Options
from netform.solve.workers import plan_areas

if TYPE_CHECKING:
    from pathlib import Path

RULES = load_profile()


def _area(shared_data: Path, folder: Path, area: str) -> Path:
    """The practices of one sub-ICB, as a list of their own."""
    with (shared_data / "practices.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["sub_icb_code"] == area]
    path = folder / f"{area}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_practices_that_are_nowhere_are_known_by_their_names(shared_data: Path) -> None:
    """Eight special allocation schemes, four services for homeless people and two for care homes, of 5,050."""
    practices = read_practices(shared_data / "practices.csv")

    assert [practice.code for practice in practices if why_nowhere(practice)] == [
        "J82217", "N81655", "Y00054", "Y00081", "Y01057", "Y02526", "Y02625", "Y02645", "Y03584", "Y06095", "Y06113",
        "Y06389", "Y06545", "Y06592",
    ]  # fmt: skip


def test_the_branches_of_cornwall_make_other_neighbours(shared_data: Path) -> None:
    """65 branches of 31 practices; the islands stay by themselves."""
    inputs = Inputs(
        str(shared_data / "areas" / "cornwall_11N.csv"), branches=shared_data / "branch_surgeries_2017.csv"
    )
    prepared = prepare(inputs, RULES)

    assert len(prepared.standing.branches) == 65
    assert len({branch.practice_code for branch in prepared.standing.branches}) == 31
    # The islands' practice has branches on the islands, and borders nobody.
    assert not prepared.graph["L82017"]
    kinds = {"border", "site"}
    assert {kind for _, _, kind in prepared.graph.edges(data="kind")} <= kinds


def test_a_practice_outside_the_outline_of_its_area_is_named_and_planned(
    shared_data: Path, tmp_path: Path
) -> None:
    """Bassetlaw has one: it has ground around it, joined to that of its area."""
    inputs = Inputs(
        str(_area(shared_data, tmp_path, "02Q")),
        "sub_icb_code",
        boundary=shared_data / "boundaries" / "sub_icb24_england_bng.gpkg",
    )
    prepared = prepare(inputs, RULES)
    outside = {
        practice.code
        for practice in prepared.practices
        if any(practice.code in note for note in prepared.notes if "outside the polygon" in note)
    }
    result = draw(prepared, RULES, make_plan(prepared, RULES, Options(), plan_areas))

    assert outside == {"C84101"}
    assert not result.plan.unplaced
    assert {code for network in result.plan.networks for code in network.practice_codes} == set(
        prepared.practices.codes
    )
