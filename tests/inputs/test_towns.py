"""Names of towns: where they are, and whose."""

from __future__ import annotations

from itertools import pairwise

import pytest

from netform.inputs.towns import TOWNS_ATTRIBUTION, towns_within


def test_towns_of_a_rectangle_come_with_the_largest_first() -> None:
    """Of the 20 km around Leeds Bridge (430370, 433160) Leeds is the largest, and stands at its middle."""
    towns = towns_within((420_000, 423_000, 440_000, 443_000))
    assert towns[0].name == "Leeds"
    assert (towns[0].easting, towns[0].northing) == pytest.approx((430_000, 433_400), abs=500)
    assert {"Morley", "Pudsey", "Horsforth"} <= {town.name for town in towns}
    assert "York" not in {town.name for town in towns}
    assert all(one.population >= other.population for one, other in pairwise(towns))


def test_great_britain_has_towns_from_end_to_end() -> None:
    """Penzance and Lerwick among them, a name for each, none in the sea west of 0 or on the Irish grid."""
    towns = towns_within((0, 0, 700_000, 1_300_000))
    assert 5_000 < len(towns) < 7_000
    assert {"Penzance", "Lerwick", "Cardiff", "Glasgow", "London"} <= {town.name for town in towns}
    assert not {"Belfast", "Lisburn"} & {town.name for town in towns}
    assert all(town.name and town.name == town.name.strip() for town in towns)


def test_nothing_at_sea() -> None:
    """A square of the North Sea has no towns."""
    assert towns_within((700_000, 400_000, 750_000, 450_000)) == []


def test_the_licence_is_kept() -> None:
    """The source and the licence are named."""
    assert "GeoNames" in TOWNS_ATTRIBUTION
    assert "CC BY 4.0" in TOWNS_ATTRIBUTION
