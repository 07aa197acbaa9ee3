"""The ground of areas by where patients live: which LSOAs are whose, from files of every kind, and what is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas
import numpy as np
import pytest
import shapely

from netform.errors import InputError
from netform.inputs.places import Places
from netform.inputs.registrations_file import RegistrationCounts
from netform.inputs.standing import Standing
from netform.map.lsoa_ground import LsoaGround, areas_of_lsoas, ground_of_lsoas, with_new_codes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Six LSOAs a kilometre square in a row, west to east; practices stand in the first, third and last.
WEST, SOUTH = 400_000, 300_000
NAMES = tuple(f"E0100000{k}" for k in range(6))
SQUARES = [shapely.box(WEST + 1000 * k, SOUTH, WEST + 1000 * (k + 1), SOUTH + 1000) for k in range(6)]
CODES = ("A", "B", "C")
EASTING = WEST + np.array([500.0, 2500.0, 5500.0])
PLACES = Places(EASTING, np.full(3, SOUTH + 500.0), ("list",) * 3, np.empty((0, 2)), "")
STANDING = Standing(CODES, ("", "", ""), PLACES)

# Patients in each LSOA, west to east. B has the fourth by 700 to 300, C the fifth.
A, B, C = [900, 800, 100, 300, 0, 0], [50, 300, 900, 700, 100, 0], [0, 0, 0, 0, 900, 900]


def _counts(
    *rows: Sequence[float], others: Sequence[float] = (), names: Sequence[str] = NAMES
) -> RegistrationCounts:
    patients = np.array(rows, dtype=float).T
    lsoa, practice = np.nonzero(patients)
    return RegistrationCounts(
        practice.astype(np.int32),
        lsoa.astype(np.int32),
        patients[lsoa, practice],
        np.zeros(len(rows)),
        tuple(names),
        np.array(others, dtype=float) if others else np.zeros(len(names)),
    )


COUNTS = _counts(A, B, C)


def _polygons(folder: Path, names: Sequence[str] = NAMES, kind: str = "gpkg", **columns: Any) -> Path:
    path = folder / f"lsoas.{kind}"
    shapes = geopandas.GeoDataFrame(
        {"name": list("uvwxyz")[: len(names)], "lsoa21_code": list(names), **columns},
        geometry=SQUARES[: len(names)],
        crs="EPSG:27700",
    )
    shapes.to_file(path) if kind == "gpkg" else shapes.to_crs(4326).to_file(path)
    return path


def _areas(made: LsoaGround) -> list[list[int]]:
    """Square kilometres by site, area by area."""
    return [np.rint(shapely.area(part.polygons) / 1e6).astype(int).tolist() for _, part in made.parts]


@pytest.mark.parametrize("kind", ["gpkg", "geojson"])
def test_territories_are_the_lsoas_with_most_patients(tmp_path: Path, kind: str) -> None:
    """A has the first two, B the next two, C the last two; so are the patients counted."""
    made = ground_of_lsoas(STANDING, CODES, COUNTS, _polygons(tmp_path, kind=kind))
    assert _areas(made) == [[2, 2, 2]]
    assert made.residents == {
        "A": {"A": 1700.0, "B": 400.0},
        "B": {"A": 350.0, "B": 1600.0, "C": 100.0},
        "C": {"C": 1800.0},
    }
    assert not made.outlined
    assert made.population == {}
    assert made.notes == (
        (
            f"Territories are made of the 6 LSOAs of lsoas.{kind} where most patients are of the list, each in that of"
            " the site with the most patients there. Outside them live 0 of 5,950 patients."
        ),
    )


def test_an_lsoa_may_stand_in_several_rows(tmp_path: Path) -> None:
    """The first in two halves, the second twice: they are joined."""
    west, east = SQUARES[0].bounds[0], SQUARES[0].bounds[2]
    halves = [shapely.clip_by_rect(SQUARES[0], west, SOUTH, west + 500, SOUTH + 1000)]
    halves.append(shapely.clip_by_rect(SQUARES[0], west + 500, SOUTH, east, SOUTH + 1000))
    path = tmp_path / "rows.gpkg"
    names = [NAMES[0], NAMES[0], *NAMES[1:], NAMES[1]]
    shapes = [*halves, *SQUARES[1:], SQUARES[1]]
    geopandas.GeoDataFrame({"code": names}, geometry=shapes, crs="EPSG:27700").to_file(path)
    assert _areas(ground_of_lsoas(STANDING, CODES, COUNTS, path)) == [[2, 2, 2]]


def test_lsoas_with_few_patients_or_of_other_practices_are_no_ground(tmp_path: Path) -> None:
    """499 patients are the most of no LSOA; nor are 900 where practices that are not in the list have 901."""
    counts = _counts([900, 800, 0, 0, 0, 0], [0, 0, 900, 499, 0, 0], [0, 0, 0, 0, 900, 900])
    assert areas_of_lsoas(counts, np.zeros(3, np.int64)).tolist() == [0, 0, 0, -1, 0, 0]
    counts = _counts(A, B, C, others=[0, 0, 0, 0, 1001, 0])
    assert areas_of_lsoas(counts, np.zeros(3, np.int64)).tolist() == [0, 0, 0, 0, -1, 0]
    made = ground_of_lsoas(STANDING, CODES, counts, _polygons(tmp_path))
    assert _areas(made) == [[2, 2, 1]]
    assert made.residents["C"] == {"C": 900.0, "": 900.0}
    assert "Outside them live 1,000 of 5,950 patients." in made.notes[0]
    assert made.notes[1] == (
        "Practices whose ground no border on land joins to the largest piece of their area's, for water or LSOAs of"
        " other places lie between: 1 (C). Where people do travel across, say so (--edges)."
    )


def test_an_lsoa_inside_the_ground_or_with_a_site_in_it_belongs_to_it(tmp_path: Path) -> None:
    """Nobody is registered in the last, where C stands; and one of nobody is taken in where all around is ground."""
    counts = _counts(A, B, [0, 0, 0, 0, 900, 0])
    assert _areas(ground_of_lsoas(STANDING, CODES, counts, _polygons(tmp_path))) == [[2, 2, 2]]
    ring = shapely.box(WEST - 1000, SOUTH - 1000, WEST + 7000, SOUTH + 2000)
    shapes = [shapely.difference(ring, shapely.union_all(SQUARES)), *SQUARES]
    path = tmp_path / "ring.gpkg"
    geopandas.GeoDataFrame({"code": ["E01000009", *NAMES]}, geometry=shapes, crs="EPSG:27700").to_file(path)
    counts = _counts([900, 0, 0, 0, 0, 0, 900], [0, 0, 900, 0, 0, 0, 0], [0] * 7, names=(*NAMES, "E01000009"))
    made = ground_of_lsoas(STANDING, CODES, counts, path)
    assert made.parts[0][1].extent.area == ring.area


def test_an_lsoa_is_of_one_area(tmp_path: Path) -> None:
    """Of the area with most patients there; with outlines, of the one it lies in, and of none outside all."""
    areas = Standing(CODES, ("x", "y", "y"), PLACES)
    path = _polygons(tmp_path)
    made = ground_of_lsoas(areas, CODES, COUNTS, path)
    assert _areas(made) == [[2], [2, 2]]
    outlines = tmp_path / "outlines.gpkg"
    boxes = [
        shapely.box(WEST, SOUTH, WEST + 1000, SOUTH + 1000),
        shapely.box(WEST + 1000, SOUTH, WEST + 5000, SOUTH + 1000),
    ]
    geopandas.GeoDataFrame({"area": ["x", "y"]}, geometry=boxes, crs="EPSG:27700").to_file(outlines)
    made = ground_of_lsoas(areas, CODES, COUNTS, path, boundary_file=outlines)
    # The second goes to B, the only one of area y that reaches it; C stands outside, in the last, which is nobody's.
    assert _areas(made) == [[1], [3, 2]]
    assert made.notes[0].startswith(
        "Territories are made of the 6 LSOAs of lsoas.gpkg in the outlines of the areas"
    )


def test_a_practice_may_stand_at_several_places_or_at_none(tmp_path: Path) -> None:
    """B has a branch in the fifth, to which its patients of the fourth and fifth are nearer; C stands nowhere."""
    counts = _counts([900, 800, 100, 300, 0, 0], [50, 300, 900, 700, 600, 500], [0, 0, 0, 0, 900, 900])
    places = Places(
        WEST + np.array([500.0, 2500.0, 4400.0]), PLACES.northing, PLACES.quality, PLACES.homes, ""
    )
    made = ground_of_lsoas(
        Standing(("A", "B", "B"), ("", "", ""), places), CODES, counts, _polygons(tmp_path)
    )
    # The middle of the fourth is 1 km from B's site and 900 m from its branch.
    assert _areas(made) == [[2, 1, 3]]
    assert made.residents["C"] == {"B": 1800.0}
    assert made.residents["B"] == {"A": 350.0, "B": 2700.0}


def test_what_is_given_away_is_told(tmp_path: Path) -> None:
    """A has most in the fourth and fifth, behind B's; B in the sixth, where C stands; C has most nowhere."""
    counts = _counts([900, 800, 0, 700, 600, 0], [0, 0, 900, 100, 200, 800], [0, 0, 0, 0, 250, 100])
    notes = ground_of_lsoas(STANDING, CODES, counts, _polygons(tmp_path)).notes
    assert notes[1:] == (
        (
            "LSOAs in the territory of the sites that stand in them, though another has more patients there: 1"
            " (E01000005)."
        ),
        (
            "LSOAs that hang together with the site with the most patients there only through the territories of"
            " others, and went to the one beside them with the most: 2, with 1,300 patients of the former (E01000003,"
            " E01000004)."
        ),
        (
            "Practices at sites with the most patients in no LSOA, which have what is nearest to them of the one they"
            " stand in: 1 (C)."
        ),
    )


def test_centres_and_postcodes_make_lsoas_of_what_is_nearest(tmp_path: Path) -> None:
    """From centres, and from postcodes whose mean is the centre: who borders whom is as with polygons."""
    centres = tmp_path / "centres.csv"
    rows = [f"{name},{WEST + 1000 * k + 500},{SOUTH + 500}" for k, name in enumerate(NAMES)]
    centres.write_text("LSOA21CD,x,y\n" + "\n".join(rows))
    made = ground_of_lsoas(STANDING, CODES, COUNTS, centres)
    assert made.outlined
    assert made.residents["B"] == {"A": 350.0, "B": 1600.0, "C": 100.0}
    bounds = [part.polygons[1].bounds for _, part in made.parts]
    assert [round(each) for each in bounds[0][::2]] == [WEST + 2000, WEST + 4000]
    postcodes = tmp_path / "postcodes.csv"
    places = [
        (f"LS1 {k}A{'AB'[j]}", name, WEST + 1000 * k + 400 + 200 * j)
        for k, name in enumerate(NAMES)
        for j in (0, 1)
    ]
    postcodes.write_text(
        "pcds,oseast1m,osnrth1m,lsoa11,lsoa21\n"
        + "\n".join(f"{pcds},{east},{SOUTH + 500},E01999999,{name}" for pcds, name, east in places)
    )
    again = ground_of_lsoas(STANDING, CODES, COUNTS, postcodes)
    assert shapely.equals(again.parts[0][1].polygons, made.parts[0][1].polygons).all()


def test_lsoas_that_a_file_lacks_are_named_and_counted(tmp_path: Path) -> None:
    """The third is missing: nothing on the map, and its patients live with B, who has most of them."""
    path = _polygons(tmp_path, [*NAMES[:2], "E01000777", *NAMES[3:]])
    made = ground_of_lsoas(STANDING, CODES, COUNTS, path)
    assert made.notes[0].startswith(
        "LSOAs of the registrations that lsoas.gpkg lacks, or puts where nobody lives: 1, with 1,000 patients"
        " (E01000002): they count for"
    )
    assert made.residents["A"] == {"A": 1700.0, "B": 400.0}


def test_a_file_of_other_lsoas_is_refused(tmp_path: Path) -> None:
    """Those of another year: more than half are missing."""
    path = _polygons(tmp_path, [NAMES[0], *(f"E0199999{k}" for k in range(5))])
    with pytest.raises(InputError, match=r"has 1 of the 6 LSOAs .*(.|\n)*--lsoa-lookup"):
        ground_of_lsoas(STANDING, CODES, COUNTS, path)


def test_centres_of_another_place_are_refused(tmp_path: Path) -> None:
    """A hundred kilometres off; and so are LSOAs that are all given one centre."""
    path = tmp_path / "centres.csv"
    for places in ([WEST + 100_000 + 1000 * k for k in range(6)], [WEST] * 6):
        rows = [f"{name},{east},{SOUTH}" for name, east in zip(NAMES, places, strict=True)]
        path.write_text("lsoa21cd,x,y\n" + "\n".join(rows))
        with pytest.raises(InputError, match=r"has 1 of the 6 LSOAs .* or of another place"):
            ground_of_lsoas(STANDING, CODES, COUNTS, path)


def test_polygons_of_another_place_are_refused(tmp_path: Path) -> None:
    """The right codes, 100 km to the east."""
    moved = [shapely.transform(square, lambda coords: coords + np.array([100_000, 0])) for square in SQUARES]
    path = tmp_path / "moved.gpkg"
    geopandas.GeoDataFrame({"code": list(NAMES)}, geometry=moved, crs="EPSG:27700").to_file(path)
    with pytest.raises(InputError, match="hold 0 of 3 practices: they lie in another place"):
        ground_of_lsoas(STANDING, CODES, COUNTS, path)


def test_codes_of_2011_are_counted_by_those_of_2021() -> None:
    """One that was divided is divided evenly, two that were joined are added up; others stay."""
    counts = _counts(
        [100, 50, 60], [0, 20, 10], others=[8, 0, 4], names=["E01000000", "E01000091", "E01000092"]
    )
    new = {"E01000000": ("E01000000", "E01000001"), "E01000091": ("E01000002",), "E01000092": ("E01000002",)}
    changed, note = with_new_codes(counts, new)
    assert changed.names == ("E01000000", "E01000001", "E01000002")
    patients = np.zeros((3, 2))
    patients[changed.lsoa, changed.practice] = changed.patients
    assert patients.tolist() == [[50, 0], [50, 0], [110, 30]]
    assert changed.others.tolist() == [4, 4, 4]
    assert note == (
        "LSOAs of the registrations that have other codes in 2021: 3; patients of the 1 that were divided were divided"
        " evenly."
    )


def test_residents_are_added_up_where_the_file_has_them(tmp_path: Path) -> None:
    """A column says how many live in each; where one does not say, nothing is known of the whole."""
    made = ground_of_lsoas(
        STANDING, CODES, COUNTS, _polygons(tmp_path, population=[1500, 1600, 1700, 1800, 1900, 2000])
    )
    assert made.population == {"A": 3100.0, "B": 3500.0, "C": 3900.0}
    # Nobody of the list is registered in the last, where C stands: its 2,000 live in C's territory all the same.
    counts = _counts(A, B, [0, 0, 0, 0, 900, 0], names=NAMES)
    unnamed = replace(counts, names=NAMES[:5], others=np.zeros(5))
    for each in (counts, unnamed):
        assert ground_of_lsoas(STANDING, CODES, each, tmp_path / "lsoas.gpkg").population == made.population
    some = _polygons(tmp_path / "..", population=["1,500", "x", "1", "1", "1", "1"], kind="geojson")
    assert ground_of_lsoas(STANDING, CODES, COUNTS, some).population == {}
    some.unlink()
