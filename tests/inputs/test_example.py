"""Tests of the made-up county."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest

from netform.inputs.example import EXAMPLE_COLUMNS, example_csv, example_practices

ROOT = Path(__file__).resolve().parents[2]


def test_published_list_is_what_the_generator_writes() -> None:
    """The bytes of data/example_practices.csv are those `netform example` writes."""
    assert (ROOT / "data" / "example_practices.csv").read_bytes() == example_csv().encode("utf-8")


def test_first_row_by_hand() -> None:
    """The first practice keeps the place and the name that the module gives it."""
    row = next(csv.DictReader(io.StringIO(example_csv())))
    assert tuple(row) == EXAMPLE_COLUMNS
    assert row["practice_code"] == "X99001"
    assert row["practice_name"] == "Pewter Lantern Surgery"
    assert row["postcode"] == "YO1 8RL"
    assert (row["pcn_code"], row["area"]) == ("X99N01", "Vale")


def test_codes_and_names_are_distinct() -> None:
    """No two invented practices can be mixed up, whatever the seed."""
    practices = example_practices(7)
    assert len({practice.code for practice in practices}) == len(practices)
    assert len({practice.name for practice in practices}) == len(practices)


def test_county_has_what_real_lists_have() -> None:
    """About 60 practices, shared sites of two and three, one oversize, and blanks among the staff."""
    practices = example_practices()
    sharing = Counter(Counter(practice.postcode for practice in practices).values())
    assert 55 <= len(practices) <= 65
    assert sharing[2] >= 5
    assert sharing[3] == 1
    assert sum(practice.list_size > 50_000 for practice in practices) == 1
    # One in 29 has no staff return: the 29th and the 58th of 63.
    assert [practice.code for practice in practices if practice.gp_fte is None] == ["X99029", "X99058"]


def test_two_present_networks_in_five_miss_the_band() -> None:
    """Six of fifteen, three too small and three too large, as in the README of the data."""
    patients: Counter[str] = Counter()
    for practice in example_practices():
        patients[practice.pcn_code] += practice.list_size
    assert len(patients) == 15
    assert sum(total < 30_000 for total in patients.values()) == 3
    assert sum(total > 50_000 for total in patients.values()) == 3


@pytest.mark.parametrize("area", ["Vale", "Coast"])
def test_each_area_has_room_for_plans(area: str) -> None:
    """The practices that can share a network come to well over 150,000 patients in each area."""
    ordinary = [p.list_size for p in example_practices() if p.area == area and p.list_size <= 50_000]
    assert sum(ordinary) > 200_000


def test_another_seed_changes_lists_only() -> None:
    """A seed draws the sizes; places, names and present networks stay."""
    first, second = example_practices(1), example_practices(2)
    assert [p.list_size for p in first] != [p.list_size for p in second]
    assert [(p.code, p.name, p.postcode, p.pcn_code, p.area) for p in first] == [
        (p.code, p.name, p.postcode, p.pcn_code, p.area) for p in second
    ]


def test_readme_says_invented_and_attributes_the_postcodes() -> None:
    """Nobody can mistake the list for a real one, and the licence of the postcodes is kept."""
    readme = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for phrase in (
        "invented",
        "OS data",
        "Royal Mail data",
        "National Statistics data",
        "Open Government Licence",
    ):
        assert phrase in readme
