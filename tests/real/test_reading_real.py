"""The real lists and publications are read and placed."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from netform.errors import InputError
from netform.inputs.places import locate
from netform.practices.reading import read_practices

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

# Counted and added up with pandas.
LISTS = {
    "leeds_15F": (84, 933_415),
    "cornwall_11N": (55, 604_721),
    "birmingham_solihull_15E": (175, 1_631_536),
    "staffordshire_QNC": (140, 1_205_104),
}


@pytest.mark.parametrize("name", LISTS)
def test_the_lists_of_areas_are_read_and_placed(name: str, shared_data: Path) -> None:
    """Each list gives all its practices and patients, and every practice is placed by its postcode."""
    practices = read_practices(shared_data / "areas" / f"{name}.csv")
    places = locate(practices)

    assert (len(practices), practices.list_size) == LISTS[name]
    # Staffordshire's list has six sub-ICB areas, and is planned as one place.
    assert [note.split(" has ")[0] for note in practices.notes] == (
        ["Column 'sub_icb_code'"] if name == "staffordshire_QNC" else []
    )
    assert set(places.quality) == {"postcode"}
    assert places.notes == ()


def test_all_england_is_placed(shared_data: Path) -> None:
    """Own coordinates win; the six practices that have none are placed by their postcode."""
    practices = read_practices(shared_data / "practices.csv", area_column="sub_icb_code")
    places = locate(practices)

    assert len(practices) == 5050
    assert places.quality.count("list") == 5044
    assert len(places.homes) > 1_000_000


def test_the_places_of_postcodes_are_those_of_the_coordinates(shared_data: Path, tmp_path: Path) -> None:
    """Without its coordinates the same list is placed within 100 m for 99 of 100 practices."""
    with_places = read_practices(shared_data / "practices.csv")
    path = tmp_path / "list.csv"
    rows = [f"{practice.code},{practice.postcode},{practice.list_size}" for practice in with_places]
    path.write_text("code,postcode,list_size\n" + "\n".join(rows))

    places = locate(read_practices(path))

    own = np.array([[practice.easting, practice.northing] for practice in with_places], dtype=float)
    apart_m = np.hypot(places.easting - own[:, 0], places.northing - own[:, 1])
    assert (apart_m < 100).mean() > 0.99
    assert places.quality.count("approximate") <= 6


def test_registrations_by_sex_and_age_give_the_same_list(shared_data: Path, tmp_path: Path) -> None:
    """The long publication of NHS England holds the same practices and patients as the list made of it."""
    with zipfile.ZipFile(shared_data / "nhs" / "gp-reg-pat-prac-quin-age.zip") as archive:
        path = archive.extract("gp-reg-pat-prac-quin-age.csv", tmp_path)

    practices = read_practices(path)

    listed = read_practices(shared_data / "practices.csv")
    assert [(p.code, p.list_size) for p in practices] == [(p.code, p.list_size) for p in listed]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("gp-reg-pat-prac-map.csv", "no column is the list_size"),
        ("epraccur.csv", "epraccur"),
        ("ePCN.xlsx", "no column is the"),
        ("gp-reg-pat-prac-quin-age.zip", "zip archive and no Excel workbook"),
    ],
)
def test_publications_without_a_list_say_what_is_missing(name: str, problem: str, shared_data: Path) -> None:
    """A publication that holds no list sizes is refused with what it lacks first."""
    with pytest.raises(InputError) as caught:
        read_practices(shared_data / "nhs" / name)

    assert problem in caught.value.faults[0].problem
