"""Practices on two banks are one map without the rule on borders, and two with it and modelled drives."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from netform.pipeline import prepare
from netform.prepared import Inputs
from netform.rules.toml import load_profile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from netform.prepared import Prepared

pytestmark = pytest.mark.real

# Of 86,000 modelled journeys under 20 km 579 take more than 1.6 times the estimate, nearly all around an estuary.
RATIO = 1.6
# Local authorities on two banks. Of Cornwall the Rame peninsula alone, and of Havering Rainham: Saltash has its bridge,
# and east of Rainham there is that of Dartford.
BANKS = {
    "Thames": (["Medway"], ["Southend-on-Sea", "Castle Point"]),
    "Thames at Dartford": (["Bexley"], ["Rainham"]),
    "Solent": (["New Forest"], ["Isle of Wight"]),
    "Tamar": (["Plymouth"], ["Cornwall"]),
}
TORPOINT = ["Y00969"]


@pytest.fixture(scope="module")
def road_matrix(load_script: Callable[[str], ModuleType]) -> ModuleType:
    """The program behind scripts/road-matrix."""
    return load_script("road_matrix")


@pytest.fixture(scope="module")
def journeys(journeys_file: Path) -> Any:
    """The modelled journeys."""
    import pandas as pd  # noqa: PLC0415 (only here)

    return pd.read_csv(journeys_file)


def _list(shared_data: Path, journeys: Any, banks: tuple[list[str], list[str]]) -> Any:
    """The practices of both banks; of Plymouth, which the lists leave out, made-up ones in its neighbourhoods."""
    import pandas as pd  # noqa: PLC0415

    practices = pd.read_csv(shared_data / "practices.csv")
    columns = [
        "practice_code",
        "practice_name",
        "postcode",
        "list_size",
        "easting",
        "northing",
        "ltla24_name",
    ]
    practices.loc[practices["postcode"].str.startswith("RM13"), "ltla24_name"] = "Rainham"
    chosen = practices.loc[practices["ltla24_name"].isin([*banks[0], *banks[1]]), columns]
    if "Plymouth" not in banks[0]:
        return chosen.sort_values("practice_code")
    centres = journeys[["lsoa11_code", "lsoa_e", "lsoa_n"]].drop_duplicates().sort_values("lsoa11_code")
    # East of the Hamoaze, from Devonport to the Plym, every eighth.
    city = centres[centres["lsoa_e"].between(245_000, 250_000) & centres["lsoa_n"].between(53_000, 58_500)]
    made_up = pd.DataFrame(
        {
            "practice_code": [f"X98{number:03d}" for number in range(len(city[::8]))],
            "practice_name": "Made up",
            "postcode": "PL1 4RZ",
            "list_size": 9_000,
            "easting": city["lsoa_e"][::8].to_numpy(),
            "northing": city["lsoa_n"][::8].to_numpy(),
            "ltla24_name": "Plymouth",
        }
    )
    return pd.concat([chosen[chosen["practice_code"].isin(TORPOINT)], made_up]).sort_values("practice_code")


def _hull(table: Any) -> dict[str, Any]:
    """A boundary as a planner draws one in haste, straight over the water: 2 km around all practices."""
    import geopandas as gpd  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    hull = shapely.convex_hull(shapely.multipoints(table[["easting", "northing"]].to_numpy())).buffer(2_000)
    return json.loads(gpd.GeoSeries([hull], crs=27700).to_crs(4326).to_json())  # type: ignore[no-any-return]


@pytest.mark.parametrize("water", BANKS)
def test_banks_are_apart_with_the_rule_and_one_map_without(
    water: str, tmp_path: Path, shared_data: Path, journeys: Any, road_matrix: ModuleType
) -> None:
    """Every border over the water is a barrier, and each bank still hangs together."""
    table = _list(shared_data, journeys, BANKS[water])
    files = {name: tmp_path / name for name in ("list.csv", "travel.csv", "hull.geojson")}
    table.to_csv(files["list.csv"], index=False)
    files["hull.geojson"].write_text(json.dumps(_hull(table)))
    rows = road_matrix.road_matrix(table, journeys)
    lines = ["from,to,minutes", *(f"{a},{b},{minutes}" for a, b, minutes in rows)]
    files["travel.csv"].write_text("\n".join(lines) + "\n")
    inputs = Inputs(str(files["list.csv"]), travel=files["travel.csv"], boundary=files["hull.geojson"])
    north = set(table["practice_code"][table["ltla24_name"].isin(BANKS[water][1])])

    joined = prepare(inputs, load_profile())
    apart = prepare(inputs, replace(load_profile(), longest_border_ratio=RATIO))

    assert _crossings(joined, north)
    assert nx.is_connected(joined.graph)
    assert _crossings(apart, north) == []
    assert len(list(nx.connected_components(apart.graph))) == 2
    barriers = {(edge.code_a, edge.code_b) for edge in apart.graph.graph["barriers"]}
    assert barriers >= set(_crossings(joined, north))
    assert any(note.startswith("Borders that are barriers") for note in apart.notes)


def _crossings(prepared: Prepared, bank: set[str]) -> list[tuple[str, str]]:
    """Borders between a practice of the bank and one of the other."""
    pairs = [(a, b) if a < b else (b, a) for a, b in prepared.graph.edges]
    return sorted(pair for pair in pairs if len(bank.intersection(pair)) == 1)
