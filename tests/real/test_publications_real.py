"""The publications as they were downloaded give the lists that were made of them, to the last practice."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from netform.inputs.list_on_map import ListOnMap, list_on_map
from netform.practices.reading import AskedColumns, read_practices
from netform.publications.reading import ListFiles

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

TOTALS, BESIDE = "gp-reg-pat-prac-quin-age.zip", ("gp-reg-pat-prac-map.csv", "epraccur.csv", "ePCN.xlsx")


def _read(shared_data: Path, *where: str, area: str | None = None) -> ListOnMap:
    folder = shared_data / "nhs"
    files = ListFiles(str(folder / TOTALS), tuple(folder / name for name in BESIDE), where)
    return list_on_map(files, AskedColumns(area))


def test_all_england_reconciles_with_the_list_that_was_made_by_hand(shared_data: Path) -> None:
    """5,050 practices, less the four with a list of one; every other code is of the file of practices alone."""
    read = _read(shared_data, area="sub_icb_code")
    with (shared_data / "practices.csv").open(encoding="utf-8-sig", newline="") as stream:
        made = {row["practice_code"]: row for row in csv.DictReader(stream)}
    closing = {code for code, row in made.items() if row["list_size"] == "1"}
    assert (len(made), sorted(closing)) == (5050, ["B81616", "C84101", "L85026", "Y05733"])
    assert set(read.practices.codes) == made.keys() - closing
    assert [
        practice.code
        for practice in read.practices
        for row in [made[practice.code]]
        if (str(practice.list_size), practice.postcode, practice.area, practice.name)
        != (row["list_size"], row["postcode"], row["sub_icb_code"], row["practice_name"])
        or practice.pcn_code != row["pcn_code"]
    ] == []
    assert read.reading is not None
    reasons = {each.code: each.reason for each in read.reading.left_out}
    assert {code for code, reason in reasons.items() if reason == "no patients"} == closing
    assert set(reasons.values()) == {"no patients", "no list size"}
    # All codes of the file of practices, which has those of the list, too.
    assert len(read.practices) + len(reasons) == 15_389
    assert read.practices.list_size == sum(int(row["list_size"]) for row in made.values()) - len(closing)


@pytest.mark.parametrize(("area", "name"), [("15F", "leeds_15F"), ("15E", "birmingham_solihull_15E")])
def test_an_area_is_the_list_that_a_user_would_hold(area: str, name: str, shared_data: Path) -> None:
    """The same practices, sizes, postcodes and networks."""
    read = _read(shared_data, f"SUB_ICB_LOCATION_CODE={area}").practices
    own = read_practices(shared_data / "areas" / f"{name}.csv")
    assert [(p.code, p.name, p.postcode, p.list_size, p.pcn_code, p.pcn_name) for p in read] == [
        (p.code, p.name, p.postcode, p.list_size, p.pcn_code, p.pcn_name) for p in own
    ]
