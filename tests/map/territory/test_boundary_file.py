"""Boundary files: the polygons a user gives, and everything that can be wrong with them."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely

from netform.errors import InputError
from netform.inputs.projection import to_degrees
from netform.map.territory import read_boundary
from netform.map.territory.boundary_file import close_channels
from netform.map.territory.coverage import polygon_parts

NORTH, SOUTH = (
    shapely.box(430_000, 440_000, 440_000, 450_000),
    shapely.box(430_000, 430_000, 440_000, 440_000),
)


# The area of a rim of a few millimetres round a square of 10 km, in square metres.
MILLIMETRES = 100


def _collection(*features: tuple[Any, dict[str, Any]], **members: Any) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": shapely.geometry.mapping(geometry), "properties": properties}
            for geometry, properties in features
        ],
        **members,
    }


@pytest.fixture
def written(tmp_path: Path) -> Any:
    """Write a document to a file and return its path."""

    def write(document: Any, name: str = "areas.geojson") -> Path:
        path = tmp_path / name
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        return path

    return write


def _degrees(geometry: Any) -> Any:
    return shapely.transform(geometry, to_degrees)


def test_degrees_and_metres_give_the_same_ground(written: Any) -> None:
    """RFC 7946 degrees, plain grid metres and a crs member are all understood."""
    grid = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}}
    for document in (
        _collection((_degrees(NORTH), {})),
        _collection((NORTH, {})),
        _collection((NORTH, {}), **grid),
    ):
        extent = read_boundary(written(document)).extent_for("")
        assert extent is not None
        assert extent.symmetric_difference(NORTH).area < MILLIMETRES


def test_the_attribute_that_names_the_areas_is_found(written: Any) -> None:
    """Codes match whatever their case and spaces, in the column that matches most of them."""
    path = written(
        _collection((NORTH, {"name": "A", "code": " 15f "}), (SOUTH, {"name": "15F", "code": "36J"}))
    )
    boundary = read_boundary(path, {"15F", "36J"})
    assert boundary.column == "code"
    assert boundary.extent_for("15F").equals(NORTH)  # type: ignore[union-attr]
    assert boundary.extent_for("99Z") is None


def test_without_areas_the_polygons_are_taken_together(written: Any) -> None:
    """The list is one area, and the file may have any attributes."""
    extent = read_boundary(written(_collection((NORTH, {}), (SOUTH, {})))).extent_for("")
    assert extent.area == pytest.approx(200e6)  # type: ignore[union-attr]


def test_a_geopackage_says_its_own_coordinates(tmp_path: Path) -> None:
    """A layer in degrees and a layer in metres give the same ground, through bytes alone."""
    for crs, shape in (("EPSG:27700", NORTH), ("EPSG:4326", _degrees(NORTH))):
        path = tmp_path / f"{crs[5:]}.gpkg"
        geopandas.GeoDataFrame({"code": ["15F"]}, geometry=[shape], crs=crs).to_file(path)
        extent = read_boundary(path, {"15F"}).extent_for("15F")
        assert extent.symmetric_difference(NORTH).area < MILLIMETRES  # type: ignore[union-attr]


def test_a_geopackage_of_several_layers_is_not_guessed_at(tmp_path: Path) -> None:
    """Which layer is meant only the user knows."""
    path = tmp_path / "two.gpkg"
    frame = geopandas.GeoDataFrame({"code": ["15F"]}, geometry=[NORTH], crs="EPSG:27700")
    frame.to_file(path, layer="one")
    frame.to_file(path, layer="two")
    with pytest.raises(InputError, match=r"found 2 \(one, two\)"):
        read_boundary(path)


@pytest.mark.parametrize("of", ["v", "gpkg_contents", "hidden"])
def test_a_view_is_refused(tmp_path: Path, of: str) -> None:
    """It is a program that the reader would run, and one that calls itself need not end."""
    path = tmp_path / "view.gpkg"
    geopandas.GeoDataFrame({"code": ["15F"]}, geometry=[NORTH], crs="EPSG:27700").to_file(path, layer="one")
    endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n AS fid FROM r"
    with contextlib.closing(sqlite3.connect(path)) as database:
        if of == "gpkg_contents":
            database.execute("ALTER TABLE gpkg_contents RENAME TO was")
        database.execute(f"CREATE VIEW {'v' if of == 'hidden' else of} AS {endless}")
        if of == "hidden":  # the table of contents of the database says what it likes
            database.execute("PRAGMA writable_schema = ON")
            database.execute("UPDATE sqlite_master SET type = 'table' WHERE name = 'v'")
        database.commit()
    with pytest.raises(InputError, match=r"found a view|not a GeoPackage that can be read"):
        read_boundary(path)


def test_a_tangled_outline_is_refused(written: Any) -> None:
    """A few kilobytes that would take minutes: the message says what to do."""
    turns = [2 * np.pi * 250 * k / 501 for k in range(501)]
    star = shapely.Polygon([(430_000 + 9_000 * np.cos(t), 430_000 + 9_000 * np.sin(t)) for t in turns])
    with pytest.raises(InputError, match=r"cross themselves.*Fix geometries"):
        read_boundary(written(_collection((star, {}))))


def test_a_bow_tie_is_made_valid(written: Any) -> None:
    """Outlines cross themselves in the wild; their ground is what they enclose."""
    tie = shapely.Polygon([(430_000, 430_000), (440_000, 440_000), (440_000, 430_000), (430_000, 440_000)])
    extent = read_boundary(written(_collection((tie, {})))).extent_for("")
    assert extent.is_valid  # type: ignore[union-attr]
    # Both halves are 25 square kilometres; the knot between them is narrow water, and is filled.
    assert extent.area == pytest.approx(50e6, rel=0.01)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("", "neither GeoJSON"),
        ("[" * 100_000, "neither GeoJSON"),
        ("a,b\n1,2\n", "neither GeoJSON"),
        ("SQLite format 3\x00 and nothing else", "not a GeoPackage"),
        ({"type": "FeatureCollection", "features": []}, "found none"),
        ({"type": "FeatureCollection", "features": 3}, "list of features"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1]]]}, "feature 1"),
        ({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Point",
          "coordinates": [-1.5, 53.8]}, "properties": {}}]}, "found none"),
        (_collection((shapely.box(53.7, -1.6, 53.9, -1.4), {})), "in Great Britain"),
        (_collection((shapely.box(2_000_000, 0, 2_000_001, 1), {})), "in Great Britain"),
        (_collection((NORTH, {}), crs={"properties": {"name": "EPSG:3857"}}), "does not know"),
        (_collection((NORTH, {"code": "36J"})), "names an area"),
        (_collection((NORTH, {})), "attributes: none"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_why(written: Any, document: Any, said: str) -> None:
    """One clear error, with the file's name, for each way a file can be wrong."""
    path = written(document)
    with pytest.raises(InputError, match=said) as caught:
        read_boundary(path, {"15F"})
    assert caught.value.faults[0].file == str(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A folder, a device without end and a name that is not there."""
    os.mkfifo(tmp_path / "fifo")
    for path in (
        tmp_path,
        tmp_path / "fifo",
        Path("/dev/zero"),
        tmp_path / "none.geojson",
        Path("/vsicurl/http://example.org/a"),
    ):
        with pytest.raises(InputError):
            read_boundary(path)


def test_a_number_that_is_none_is_refused(written: Any) -> None:
    """JSON as Python writes it may hold NaN."""
    text = json.dumps(_collection((NORTH, {}))).replace("430000.0", "NaN", 1)
    with pytest.raises(InputError):
        read_boundary(written(text))


def test_narrow_water_is_filled_and_wide_water_is_not() -> None:
    """A river of 300 m, and a sound of 700 m, are crossed; a strait of 1,500 m is not."""
    for width, pieces in ((300, 1), (700, 1), (1500, 2)):
        banks = shapely.union(shapely.box(0, 0, 5000, 5000), shapely.box(5000 + width, 0, 10_000, 5000))
        filled = close_channels(banks)
        assert len(polygon_parts(filled)) == pieces
        assert filled.covers(banks)
        assert filled.area - banks.area <= width * 5000 + 1


def test_rocks_do_not_matter() -> None:
    """A skerry beside the coast changes nothing."""
    ground = shapely.union(NORTH, shapely.box(440_100, 440_000, 440_200, 440_100))
    assert np.isclose(close_channels(ground).area, ground.area)


def test_of_polygons_without_areas_those_that_hold_practices_are_kept(tmp_path: Path) -> None:
    """A file of all England, for the list of one place; with none around a practice it is refused."""
    squares = [shapely.box(400_000 + 20_000 * k, 300_000, 410_000 + 20_000 * k, 310_000) for k in range(3)]
    path = tmp_path / "areas.gpkg"
    geopandas.GeoDataFrame({"name": ["a", "b", "c"]}, geometry=squares, crs="EPSG:27700").to_file(path)
    boundary = read_boundary(path)
    kept = boundary.around(np.array([422_000.0, 425_000.0]), np.array([301_000.0, 309_000.0]))
    assert [each.bounds[0] for each in kept.polygons] == [420_000.0]
    with pytest.raises(InputError, match="none of its polygons holds a practice"):
        boundary.around(np.array([500_000.0]), np.array([301_000.0]))


def test_polygons_of_the_ground_that_is_lived_on_are_kept_and_those_of_strays_are_not(tmp_path: Path) -> None:
    """Of a row of squares a to e the ground is b and c: c has no practice, d one of 100, e none and is far."""
    squares = [shapely.box(400_000 + 10_000 * k, 300_000, 410_000 + 10_000 * k, 310_000) for k in range(5)]
    path = tmp_path / "areas.gpkg"
    geopandas.GeoDataFrame({"name": list("abcde")}, geometry=squares, crs="EPSG:27700").to_file(path)
    boundary, lived = read_boundary(path), shapely.box(409_000, 300_000, 432_000, 310_000)
    easting = np.array([*([415_000.0] * 96), *([405_000.0] * 3), 432_500.0])
    kept = boundary.around(easting, np.full(100, 305_000.0), lived)
    # a holds 3 of 100, more than strays.
    assert [each.bounds[0] for each in kept.polygons] == [400_000.0, 410_000.0, 420_000.0]
    alone = boundary.around(easting[-1:], np.full(1, 305_000.0), lived)
    assert [each.bounds[0] for each in alone.polygons] == [410_000.0, 420_000.0, 430_000.0]
