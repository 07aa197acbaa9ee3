"""Made-up maps as files of OpenStreetMap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from netform.inputs.projection import to_degrees

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["write_extract"]


def write_extract(
    path: Path,
    points: Mapping[int, tuple[float, float]],
    ways: Sequence[tuple[Sequence[int], Mapping[str, str]]],
    tags: Mapping[int, Mapping[str, str]] | None = None,
) -> Path:
    """Write points (eastings and northings) and ways through them with their tags, not packed: tests can damage it."""
    osmium = pytest.importorskip("osmium", reason="the extra roads is not installed")
    mutable = pytest.importorskip("osmium.osm.mutable")
    degrees = to_degrees(np.array(list(points.values()), float))
    with osmium.SimpleWriter(osmium.io.File(str(path), "pbf,pbf_compression=none")) as writer:
        for number, (east, north) in zip(points, degrees.tolist(), strict=True):
            writer.add_node(
                mutable.Node(id=number, location=(east, north), tags=(tags or {}).get(number, {}))
            )
        for number, (nodes, said) in enumerate(ways, 1):
            writer.add_way(mutable.Way(id=number, nodes=list(nodes), tags=dict(said)))
    return path
