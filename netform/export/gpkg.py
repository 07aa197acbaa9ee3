"""A GeoPackage, for desktop GIS."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from netform.export.qgis import STYLES, style_rows
from netform.inputs.gazetteer import ATTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from netform.export.publication import Rows

__all__ = ["geopackage"]

# What GDAL calls the column of shapes.
GEOMETRY = "geom"

# A GeoPackage dates its layers. A date of its own would make every run's bytes different.
FIXED_DATE = "2000-01-01T00:00:00Z"


def geopackage(
    layers: Mapping[str, tuple[Rows, NDArray[Any]]], styles: Mapping[str, str] = MappingProxyType({})
) -> bytes:
    """Write a GeoPackage, EPSG:27700 metres.

    Parameters
    ----------
    layers : mapping of str to (rows, ndarray of geometry)
        By name, in order: the rows of each layer, and a shape for each of them, EPSG:27700 metres.
    styles : mapping of str to str
        How layers look in QGIS (QML), by name.
    """
    import geopandas  # noqa: PLC0415 - heavy, and only this format needs it
    import pandas  # noqa: ICN001, PLC0415
    import pyogrio  # noqa: PLC0415

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_DATE})
    try:
        with tempfile.TemporaryDirectory(prefix="netform-") as folder:
            path = Path(folder) / "layers.gpkg"
            for name, (rows, shapes) in layers.items():
                frame = geopandas.GeoDataFrame(
                    _columns(rows), geometry=_of_one_kind(shapes), crs="EPSG:27700"
                )
                pyogrio.write_dataframe(
                    frame,
                    path,
                    layer=name,
                    driver="GPKG",
                    append=path.exists(),
                    layer_metadata={"attribution": ATTRIBUTION},
                )
            if styles:
                pyogrio.write_dataframe(
                    pandas.DataFrame(style_rows(styles, GEOMETRY)),
                    path,
                    layer=STYLES,
                    driver="GPKG",
                    append=True,
                    layer_options={"FID": "id"},
                )
            return path.read_bytes()
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _of_one_kind(shapes: NDArray[Any]) -> NDArray[Any]:
    """Make polygons and lines shapes of several parts, where any has several: a layer holds one kind."""
    import shapely  # noqa: PLC0415

    kinds = set(shapely.get_type_id(shapes).tolist())
    for single, several, join in (
        (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON, shapely.multipolygons),
        (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING, shapely.multilinestrings),
    ):
        if kinds & {single.value, several.value}:
            return np.array([join(shapely.get_parts(shape)) for shape in shapes], dtype=object)
    return shapes


def _columns(rows: Rows) -> dict[str, list[Any]]:
    """Return rows as columns; GIS software takes text and numbers, with None where there is nothing."""
    return {name: [_plain(row[name]) for row in rows] for name in (rows[0] if rows else [])}


def _plain(value: Any) -> Any:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else value
