"""Where patients live by neighbourhoods: by registrations, by place, and what is said where it is not known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from netform.errors import InputError
from netform.inputs.places import Places
from netform.inputs.registrations_file import RegistrationCounts
from netform.map.lsoa_shapes import LsoaShapes
from netform.map.neighbourhoods import read_neighbourhoods
from netform.practices.model import Practice, PracticeList

if TYPE_CHECKING:
    from pathlib import Path

    from netform.map.neighbourhoods import NeighbourhoodFile

HILL, VALE, FAR = "E01000001", "E01000002", "E01000003"
LISTED = PracticeList((Practice("A", "", "LS1 1AA", 1000), Practice("B", "", "LS2 2BB", 500)))
# A kilometre apart, in the middles of two squares of a kilometre.
PLACES = Places(
    np.array([430_500.0, 431_500.0]), np.array([433_500.0] * 2), ("given",) * 2, np.empty((0, 2)), ""
)
# A has 600 patients on the hill, 300 in the vale and 100 far away; of B nothing is known.
COUNTS = RegistrationCounts(
    np.zeros(3, np.int32),
    np.arange(3, dtype=np.int32),
    np.array([600.0, 300.0, 100.0]),
    np.zeros(2),
    (HILL, VALE, FAR),
)
SHAPES = LsoaShapes(
    (HILL, VALE),
    np.array(
        [shapely.box(430_000, 433_000, 431_000, 434_000), shapely.box(431_000, 433_000, 432_000, 434_000)]
    ),
    np.full(2, np.nan),
    outlined=True,
)


def table(folder: Path, content: str) -> NeighbourhoodFile:
    """Read a table of neighbourhoods."""
    path = folder / "neighbourhoods.csv"
    path.write_text(content, encoding="utf-8")
    return read_neighbourhoods([path], LISTED)


@pytest.fixture
def squares(tmp_path: Path) -> NeighbourhoodFile:
    """Two squares as polygons, the second in two pieces of one name."""
    boxes = [("Hill", 430_000, 431_000), ("Vale", 431_000, 431_600), ("Vale", 431_600, 432_000)]
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": json.loads(shapely.to_geojson(shapely.box(left, 433_000, right, 434_000))),
        }
        for name, left, right in boxes
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    path = tmp_path / "squares.geojson"
    path.write_text(
        json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}), encoding="utf-8"
    )
    return read_neighbourhoods([path], LISTED)


def test_patients_live_where_registrations_say(tmp_path: Path) -> None:
    """By LSOA; those of an LSOA of no neighbourhood live outside every one, and B is named as not known."""
    said = table(tmp_path, f"lsoa,neighbourhood\n{HILL},Hill\n{VALE},Vale\n")
    found = said.patients(LISTED, PLACES, COUNTS, SHAPES)
    assert found.living == {"A": {"Hill": 600.0, "Vale": 300.0, "": 100.0}}
    assert found.shapes.keys() == {"Hill", "Vale"}
    assert said.of_practices(LISTED, PLACES, COUNTS) == ["Hill", ""]
    assert [note.split(":")[0] for note in found.notes] == [
        "Neighbourhoods are from neighbourhoods.csv, 2 of them with patients of the list",
        "100 patients live outside every neighbourhood of neighbourhoods.csv",
        "Practices of which neighbourhoods.csv does not say in which neighbourhood they or their patients are",
    ]


def test_polygons_hold_lsoas_and_practices(squares: NeighbourhoodFile) -> None:
    """With LSOAs patients are counted at home, and B, of whom nothing is known, where it stands; without, both are."""
    assert squares.polygons.keys() == {"Hill", "Vale"}
    at_home = squares.patients(LISTED, PLACES, COUNTS, SHAPES)
    assert at_home.living == {"A": {"Hill": 600.0, "Vale": 300.0, "": 100.0}, "B": {"Vale": 500.0}}
    standing = squares.patients(LISTED, PLACES, COUNTS, None)
    assert standing.living == {"A": {"Hill": 1000.0}, "B": {"Vale": 500.0}}
    assert "counted where it stands. With --lsoas" in standing.notes[0]


def test_tables_of_practices_and_postcodes(tmp_path: Path) -> None:
    """All patients of a practice live where the table puts it."""
    of_practices = table(tmp_path, "practice_code,neighbourhood\nA,Hill\nB,Hill\n").patients(
        LISTED, PLACES, None, None
    )
    assert of_practices.living == {"A": {"Hill": 1000.0}, "B": {"Hill": 500.0}}
    assert of_practices.notes[0].endswith("counted in the one that the table gives it.")
    of_postcodes = table(tmp_path, "pcds,neighbourhood\nLS2 2BB,Vale\n").patients(LISTED, PLACES, None, None)
    assert of_postcodes.living == {"B": {"Vale": 500.0}}
    assert of_postcodes.notes[0].endswith("counted in the one that the table gives its postcode.")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (f"lsoa,neighbourhood\n{HILL},Hill\n", "which of those patients live in is not known"),
        ("practice_code,neighbourhood\nZ,Hill\n", "no practice of it is of a practice of the list"),
    ],
)
def test_neighbourhoods_of_another_place_are_refused(tmp_path: Path, content: str, problem: str) -> None:
    """Where nobody of the list lives in any of them."""
    with pytest.raises(InputError, match=problem):
        table(tmp_path, content).patients(LISTED, PLACES, None, None)


def test_polygons_stand_alone(tmp_path: Path, squares: NeighbourhoodFile) -> None:
    """A table beside polygons is a slip."""
    beside = tmp_path / "table.csv"
    beside.write_text("practice_code,neighbourhood\nA,Hill\n", encoding="utf-8")
    with pytest.raises(InputError, match="polygons need no file beside them"):
        read_neighbourhoods([tmp_path / "squares.geojson", beside], LISTED)
    assert squares.kind == "polygons"
