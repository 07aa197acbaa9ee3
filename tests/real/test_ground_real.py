"""The ground of real areas on the planner's page: small enough to send, and every site in its own cell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import shapely

from netform.page.ground import ground_object
from netform.prepared import Inputs
from netform.preparing import prepare
from netform.rules.toml import load_profile
from tests.page.test_cell_lines import ground_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("file", "practices"), [("birmingham_solihull_15E", 175), ("cornwall_11N", 55)])
def test_the_ground_of_an_area_is_small_and_right(shared_data: Path, file: str, practices: int) -> None:
    """Within 400 kB, and every practice lies in the cell that it is said to stand in, to a unit."""
    prepared = prepare(Inputs(str(shared_data / "areas" / f"{file}.csv")), load_profile())

    ground = ground_object(prepared, "")

    assert len(ground["practices"]) == practices
    assert len(json.dumps(ground, ensure_ascii=False).encode()) < 400_000
    cells = [ground_of(cell["d"]) for cell in ground["cells"]]
    for practice in ground["practices"]:
        point = shapely.Point(practice["x"], practice["y"])
        assert shapely.dwithin(cells[practice["cell"]], point, 1.0)
