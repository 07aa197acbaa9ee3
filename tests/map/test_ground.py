"""The ground of areas within outlines that a user gives, and outlines of other places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas
import numpy as np
import pytest
import shapely

from netform.errors import InputError
from netform.inputs.places import Places
from netform.map.ground import ground_of_areas

if TYPE_CHECKING:
    from pathlib import Path

# Ten practices a kilometre apart, west to east.
EASTING = 400_500.0 + 1_000 * np.arange(10)
PLACES = Places(EASTING, np.full(10, 300_500.0), ("given",) * 10, np.empty((0, 2)), "")
CODES = [f"P{k}" for k in range(10)]
EVERYONE = {"": np.arange(10)}


def _outline(folder: Path, *boxes: tuple[float, float], names: str = "") -> Path:
    path = folder / "outline.gpkg"
    shapes = [shapely.box(left, 295_000, right, 305_000) for left, right in boxes]
    geopandas.GeoDataFrame(
        {"area": list(names or "xyz")[: len(boxes)]}, geometry=shapes, crs="EPSG:27700"
    ).to_file(path)
    return path


def test_practices_outside_an_outline_are_named(tmp_path: Path) -> None:
    """Six of ten are inside: the outline is taken, and the others are told."""
    [(chosen, _)], notes = ground_of_areas(EVERYONE, CODES, PLACES, _outline(tmp_path, (395_000, 406_000)))
    assert chosen.tolist() == list(range(10))
    assert notes == ("Practices that lie outside the polygon of their area: P6, P7, P8, P9.",)


def test_an_outline_of_another_place_is_refused(tmp_path: Path) -> None:
    """It holds none or few of the practices: what to do is said."""
    with pytest.raises(
        InputError, match=r"holds 2 of 10 practices: it is of another place.*leave --boundary out"
    ):
        ground_of_areas(EVERYONE, CODES, PLACES, _outline(tmp_path, (395_000, 402_000)))
    with pytest.raises(InputError, match="none of its polygons holds a practice"):
        ground_of_areas(EVERYONE, CODES, PLACES, _outline(tmp_path, (500_000, 510_000)))


def test_every_area_with_an_outline_of_another_place_is_named(tmp_path: Path) -> None:
    """The outlines of two areas stand for one another."""
    areas = {"a": np.arange(5), "b": np.arange(5, 10)}
    path = _outline(tmp_path, (405_000, 420_000), (390_000, 405_000), names="ab")
    with pytest.raises(InputError, match=r"of area 'a' holds 0 of 5(.|\n)*of area 'b' holds 0 of 5"):
        ground_of_areas(areas, CODES, PLACES, path)


def test_without_areas_the_outlines_of_other_places_are_left_out(tmp_path: Path) -> None:
    """With a note; the ground does not reach there."""
    path = _outline(tmp_path, (395_000, 415_000), (600_000, 640_000))
    [(_, ground)], [note] = ground_of_areas(EVERYONE, CODES, PLACES, path)
    assert note.startswith("Of the 2 polygons of outline.gpkg, 1 lie where the practices of the list are")
    assert ground.extent.bounds[2] < 600_000
