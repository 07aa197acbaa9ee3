"""GeoJSON: RFC 7946, and nothing that runs."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from netform.export.formats import folder_files
from netform.export.geojson import to_lonlat
from netform.export.plan import PLAN
from netform.inputs.projection import to_grid
from netform.result import Result


def test_networks_are_rfc_7946(result: Result) -> None:
    """No crs, a bbox west to east, exterior rings anticlockwise, seven decimals, an attribution."""
    document = json.loads(folder_files(PLAN, result)["networks.geojson"]())
    assert document["type"] == "FeatureCollection"
    assert "crs" not in document
    assert "Crown copyright" in document["attribution"]
    assert "Open Government Licence" in document["attribution"]
    west, south, east, north = document["bbox"]
    assert -2 < west < east < -1
    assert 53 < south < north < 54
    for feature in document["features"]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert shape.is_valid
        assert shape.exterior.is_ccw
        assert all(round(x, 7) == x for x in shapely.get_coordinates(shape).ravel())


def test_networks_carry_what_was_promised(result: Result) -> None:
    """The properties of the contract, hours by term rounded."""
    west, east = (
        feature["properties"]
        for feature in json.loads(folder_files(PLAN, result)["networks.geojson"]())["features"]
    )
    assert west["network_id"] == "15F-01"
    assert west["practices"] == 2
    assert west["practice_codes"] == ["A1", "B2"]
    assert (west["list_size"], west["hub_code"], west["exception"]) == (35_000, "B2", None)
    assert east["patient_travel_hours"] == 0.333333
    assert (east["exception"], east["explanation"]) == ("over_max_single_practice", "Why")


def test_practices_are_points_where_they_stand(result: Result) -> None:
    """Every practice, placed or not, within a centimetre of its place."""
    features = json.loads(folder_files(PLAN, result)["practices.geojson"]())["features"]
    assert [feature["properties"]["network_id"] for feature in features] == [
        "15F-01",
        "15F-01",
        "15F-02",
        None,
    ]
    assert features[3]["properties"]["unplaced_reason"] == "opted out"
    points = np.array([feature["geometry"]["coordinates"] for feature in features])
    assert np.abs(to_grid(points)[:, 0] - result.places.easting).max() < 0.01


def test_neighbours_still_share_their_vertices(result: Result) -> None:
    """Rounding moves a shared vertex alike on both sides."""
    shapes = to_lonlat(np.array(list(result.boundaries.values()), dtype=object))
    assert shapely.coverage_is_valid(shapes)


def test_names_survive_and_line_separators_are_escaped(result: Result) -> None:
    """U+2028 would end a line of JavaScript; it reads back as it was."""
    content = folder_files(PLAN, result)["practices.geojson"]()
    assert "\u2028".encode() not in content
    names = [feature["properties"]["practice_name"] for feature in json.loads(content)["features"]]
    assert names == [practice.name for practice in result.practices]


def test_no_network_is_an_empty_collection(bare: Result) -> None:
    """A plan that failed everywhere still gives a file that reads."""
    document = json.loads(folder_files(PLAN, bare)["networks.geojson"]())
    assert document["features"] == []
    assert "bbox" not in document


def test_a_ring_that_rounding_would_break_is_mended() -> None:
    """A sliver of a millimetre between two fields folds over itself when rounded to a centimetre."""
    left = shapely.Polygon(
        [(430_000, 433_000), (430_100, 433_000.0001), (430_100.0001, 433_100), (430_000, 433_100)]
    )
    spike = shapely.Polygon(
        [
            (430_200, 433_000),
            (430_200.001, 433_050),
            (430_300, 433_050),
            (430_200.002, 433_050.003),
            (430_200, 433_100),
        ]
    )
    shapes = to_lonlat(np.array([left, spike], dtype=object))
    assert shapely.is_valid(shapes).all()


def test_a_network_without_ground_is_not_passed_over(result: Result) -> None:
    """A missing boundary is a defect, and no file comes of it."""
    broken = Result(result.practices, result.places, result.plan, {}, "")
    with pytest.raises(KeyError):
        folder_files(PLAN, broken)["networks.geojson"]()
