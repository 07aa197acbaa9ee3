"""networks.gpkg: a GeoPackage with the networks and the practices as layers, for desktop GIS."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netform.export.rows import network_rows, practice_rows
from netform.inputs.gazetteer import ATTRIBUTION

if TYPE_CHECKING:
    from netform.result import Result

__all__ = ["geopackage"]

# A GeoPackage dates its layers. A date of its own would make every run's bytes different.
FIXED_DATE = "2000-01-01T00:00:00Z"


def geopackage(result: Result) -> bytes:
    """Write the networks and the practices as layers of a GeoPackage, EPSG:27700 metres.

    Parameters
    ----------
    result : Result
    """
    import geopandas  # noqa: PLC0415 - heavy, and only this format needs it
    import pyogrio  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    networks = [row | {"practice_codes": " ".join(row["practice_codes"])} for row in network_rows(result)]
    practices = practice_rows(result)
    grounds = [
        shapely.multipolygons(shapely.get_parts(result.boundaries[row["network_id"]])) for row in networks
    ]
    points = shapely.points(result.places.easting, result.places.northing)
    layers = {"networks": (networks, grounds), "practices": (practices, points)}
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_DATE})
    try:
        with tempfile.TemporaryDirectory(prefix="netform-") as folder:
            path = Path(folder) / "networks.gpkg"
            for name, (rows, geometry) in layers.items():
                frame = geopandas.GeoDataFrame(_columns(rows), geometry=geometry, crs="EPSG:27700")
                pyogrio.write_dataframe(
                    frame,
                    path,
                    layer=name,
                    driver="GPKG",
                    append=path.exists(),
                    layer_metadata={"attribution": ATTRIBUTION},
                )
            return path.read_bytes()
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Return rows as columns; GIS software takes text and numbers, with None where there is nothing."""
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else [])}
