"""The terms that need more than a list and places, on the real lists and registrations."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from netform.inputs.registrations import read_registrations
from netform.pipeline import prepare
from netform.practices.reading import read_practices
from netform.prepared import Inputs, Prepared
from netform.rules.toml import load_profile
from netform.scores import TERMS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

RULES = load_profile()


def _filtered(shared_data: Path, tmp_path: Path, column: str, value: str) -> Path:
    """Keep the rows of the list of England that say so in a column."""
    with (shared_data / "practices.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    at = header.index(column)
    path = tmp_path / f"{value}.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *(row for row in rows if row[at] == value)])
    return path


@pytest.fixture
def staffordshire(shared_data: Path, tmp_path: Path) -> Prepared:
    """One board of six areas, with its registrations of October 2025 and its local authorities."""
    listed = _filtered(shared_data, tmp_path, "icb_code", "QNC")
    registrations = shared_data / "practice_lsoa21_staffordshire_oct2025.csv"
    inputs = Inputs(str(listed), "sub_icb_code", registrations=registrations, soft_columns=("ltla24_code",))
    return prepare(inputs, RULES)


def test_all_of_staffordshire_is_one_community_but_its_parts_are_not(staffordshire: Prepared) -> None:
    """Together nobody lives outside; alone, most practices share their streets with others."""
    graph, codes = staffordshire.graph, staffordshire.practices.codes
    community = TERMS["community"].definition
    living = sum(sum(graph.nodes[code]["residents"].values()) for code in codes)
    patients = staffordshire.practices.list_size

    assert len(codes) == 140
    assert 0.98 * patients < living <= patients
    assert community(graph, codes, RULES) == 0.0
    alone = sum(community(graph, (code,), RULES) for code in codes) / RULES.community_hours_per_patient_week
    areas = sum(community(graph, area, RULES) for area in staffordshire.areas.values())
    by_area = areas / RULES.community_hours_per_patient_week
    # Half of all patients are not in the streets of their own practice; a few in a hundred leave their area.
    assert 0.25 * patients < alone < 0.75 * patients
    assert 0 < by_area < 0.1 * patients


def test_codes_that_are_no_neighbourhoods_are_told(shared_data: Path) -> None:
    """The published file holds some, and every practice of the list is in it or named."""
    practices = read_practices(shared_data / "areas" / "staffordshire_QNC.csv")
    path = shared_data / "practice_lsoa21_staffordshire_oct2025.csv"
    registrations = read_registrations(path, practices)

    assert any("no LSOA of England (CLOSED" in note for note in registrations.notes)
    for practice in practices:
        homes = registrations.residents.get(practice.code, {})
        assert sum(homes.values()) <= practice.list_size * (1 + 1e-9)


def test_present_networks_move_nobody_and_are_short_of_staff_here_and_there(staffordshire: Prepared) -> None:
    """Today's plan has no continuity cost; shortfalls and surpluses of an area cancel."""
    graph = staffordshire.graph
    present: dict[tuple[str, str], list[str]] = {}
    for code in graph:
        present.setdefault((graph.nodes[code]["area"], graph.nodes[code]["pcn_code"]), []).append(code)
    present = {key: codes for key, codes in present.items() if key[1]}

    whole = [
        codes for codes in present.values()
        if sum(graph.nodes[code]["list_size"] for code in codes) == graph.nodes[codes[0]]["pcn_list_size"]
    ]  # fmt: skip
    assert len(whole) > 20
    assert all(TERMS["continuity"].definition(graph, codes, RULES) == 0.0 for codes in whole)
    cover = [TERMS["cover"].definition(graph, codes, RULES) for codes in present.values()]
    assert any(hours > 0 for hours in cover)
    assert any(hours == 0 for hours in cover)
    for codes in staffordshire.areas.values():
        assert TERMS["cover"].definition(graph, codes, RULES) == pytest.approx(0.0, abs=1e-6)


def test_staff_of_england_is_read(shared_data: Path) -> None:
    """Nearly all practices have the three figures, of the size that is published for England."""
    practices = read_practices(shared_data / "practices.csv", soft_columns=("ltla24_code",))
    known = [practice for practice in practices if practice.clinical_fte is not None]

    assert len(known) > 0.95 * len(practices)
    staff = sum(practice.clinical_fte or 0.0 for practice in known)
    # About one in 1,200 patients: GPs without trainees, nurses and direct patient care staff.
    assert 800 < sum(practice.list_size for practice in known) / staff < 2000
    assert sum(bool(practice.pcn_code) for practice in practices) > 0.95 * len(practices)
    assert sum(practice.sides != ("",) for practice in practices) > 0.99 * len(practices)
