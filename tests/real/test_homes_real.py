"""Territories of LSOAs on the real lists: estuaries part, every practice is in its own, and containment adds up."""

from __future__ import annotations

import csv
import gzip
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
import shapely

from netform.inputs.grouping_file import todays_grouping
from netform.judge.scoring import score_prepared
from netform.map.boundaries import tile_areas
from netform.pipeline import prepare
from netform.prepared import Inputs, Prepared
from netform.rules.toml import load_profile

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

RULES = load_profile()
# Across the Fal (Roseland to Penryn, Falmouth, Carnon Downs), the Helford, the Lynher and the Fowey: what lies on two
# sides of water without a bridge, and would be neighbours by what is nearest.
ACROSS_WATER = (
    ("L82048", "L82006"), ("L82048", "L82049"), ("L82048", "L82061"), ("L82048", "L82622"),
    ("L82057", "L82622"), ("L82057", "L82052"), ("L82046", "Y00969"), ("L82022", "L82035"),
)  # fmt: skip


@pytest.fixture(scope="module")
def staffordshire(shared_data: Path) -> Prepared:
    """One board of six areas, by LSOAs of 2021."""
    return prepare(
        Inputs(
            str(shared_data / "areas" / "staffordshire_QNC.csv"),
            "sub_icb_code",
            registrations=shared_data / "practice_lsoa21_staffordshire_oct2025.csv",
            lsoas=shared_data / "boundaries" / "lsoa21_england_bng.gpkg",
        ),
        RULES,
    )


@pytest.fixture(scope="module")
def cornwall(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """One area by registrations of 2011 codes and polygons of 2021, with a lookup as ONS publishes it."""
    with (shared_data / "lsoa21_attributes.csv").open(encoding="utf-8", newline="") as file:
        code_of = {row["lsoa21_name"]: row["lsoa21_code"] for row in csv.DictReader(file)}
    lookup = tmp_path_factory.mktemp("cornwall") / "lookup.csv"
    with gzip.open(shared_data / "lookup_lsoa11_lsoa21.csv.gz", "rt", encoding="utf-8", newline="") as file:
        pairs = [(row["lsoa11_code"], code_of.get(row["lsoa21_name"], "")) for row in csv.DictReader(file)]
    lookup.write_text("LSOA11CD,LSOA21CD\n" + "".join(f"{old},{new}\n" for old, new in pairs if new))
    return prepare(
        Inputs(
            str(shared_data / "areas" / "cornwall_11N.csv"),
            registrations=shared_data / "practice_lsoa11_2022.csv.gz",
            lsoas=shared_data / "boundaries" / "lsoa21_england_bng.gpkg",
            lsoa_lookup=lookup,
        ),
        RULES,
    )


def test_no_two_sides_of_an_estuary_are_neighbours(cornwall: Prepared) -> None:
    """And all of Cornwall hangs together on land; Scilly is an island."""
    assert [pair for pair in ACROSS_WATER if cornwall.graph.has_edge(*pair)] == []
    assert sorted(map(len, nx.connected_components(cornwall.graph))) == [1, 54]
    assert any("that have other codes in 2021: 14;" in note for note in cornwall.notes)


def test_every_practice_stands_in_its_own_territory(staffordshire: Prepared, cornwall: Prepared) -> None:
    """The territories are a coverage, each in one piece but for islets; of an area and of the whole."""
    for prepared in (staffordshire, cornwall):
        for _, territories in prepared.parts:
            assert shapely.coverage_is_valid(territories.polygons)
            points = shapely.points(territories.sites.points)
            assert shapely.distance(territories.polygons, points).max() <= 1
        whole = tile_areas(prepared.parts)
        assert shapely.coverage_is_valid(whole.polygons)
    pieces = np.concatenate([shapely.get_num_geometries(part.polygons) for _, part in staffordshire.parts])
    assert (pieces == 1).all()


def test_containment_of_todays_networks(staffordshire: Prepared) -> None:
    """Most patients live in the territory of their own network; inside is the same people counted both ways."""
    [scored] = score_prepared(staffordshire, [todays_grouping(staffordshire.practices)], RULES)
    held = [each.network.containment for each in scored.score.networks]
    assert all(each is not None for each in held)
    patients = sum(each.patients for each in held if each)
    inside = sum(each.inside for each in held if each)
    residents = sum(each.registered for each in held if each)
    assert 0.6 < inside / patients < 0.9
    # Who lives outside all LSOAs of the ground is a patient and no resident.
    outside = sum(homes.get("", 0.0) for _, homes in staffordshire.graph.nodes(data="residents"))
    assert patients == pytest.approx(residents + outside)
    assert 0 < outside < 0.02 * patients
