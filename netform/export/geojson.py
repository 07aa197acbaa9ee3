"""Layers as GeoJSON: RFC 7946, for any map.

Coordinates are WGS 84 longitude and latitude, exterior rings run anticlockwise, and neighbours share vertices.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.export.plan_json import dump_json
from netform.inputs.gazetteer import ATTRIBUTION
from netform.inputs.projection import to_degrees
from netform.map.territory.coverage import Geometries, dissolve, faces_of

if TYPE_CHECKING:
    from netform.export.publication import Beside, Rows

__all__ = ["feature_collection", "to_lonlat"]

# A hundredth of a metre, ten times finer than the grid of the territories.
DECIMALS = 7


def feature_collection(
    geometries: Geometries, rows: Rows, key: str, beside: Beside = MappingProxyType({})
) -> bytes:
    """Write a FeatureCollection, a feature a line.

    Parameters
    ----------
    geometries : ndarray of geometry, shape (k,)
        WGS 84 degrees, as `to_lonlat` gives them.
    rows : sequence of mapping, length k
        Their properties.
    key : str
        The property that is the feature's id.
    beside : mapping of str to (mapping of str to geometry)
        What the collection has besides its features, as foreign members: for each, geometries by what they are of,
        EPSG:27700 metres.
    """
    shapes = shapely.to_geojson(geometries)
    features = [
        f'{{"type": "Feature", "id": {dump_json(row[key])},'
        f' "properties": {dump_json(dict(row))}, "geometry": {shape}}}'
        for row, shape in zip(rows, shapes, strict=True)
    ]
    head = [f'"type": "FeatureCollection",\n"attribution": {dump_json(ATTRIBUTION)}']
    if len(geometries):
        head.append(f'"bbox": {dump_json([float(edge) for edge in shapely.total_bounds(geometries)])}')
    for member, of in beside.items():
        lonlat = shapely.to_geojson(to_lonlat(np.array(list(of.values()), dtype=object)))
        shown = (f"{dump_json(name)}: {shape}" for name, shape in zip(of, lonlat, strict=True))
        head.append(f"{dump_json(member)}: {{{', '.join(shown)}}}")
    body = ",\n".join(features)
    return ("{\n" + ",\n".join(head) + f',\n"features": [\n{body}\n]\n}}\n').encode("utf-8")


def to_lonlat(geometries: Geometries) -> Geometries:
    """Bring geometries from the National Grid to WGS 84 degrees, rounded, with RFC 7946 winding.

    Every vertex is transformed and rounded alike, so what shared a vertex still does. Should rounding break a
    ring, all rings are noded again together on the grid of the rounding.

    Parameters
    ----------
    geometries : ndarray of geometry, shape (k,)
        EPSG:27700 metres.

    Returns
    -------
    ndarray of geometry, shape (k,)
    """
    exact = shapely.transform(geometries, to_degrees)
    rounded = shapely.transform(exact, lambda lonlat: np.round(lonlat, DECIMALS) + 0.0)
    if not shapely.is_valid(rounded).all():
        rounded = _noded_again(exact)
    wound: Geometries = shapely.orient_polygons(rounded, exterior_cw=False)
    return wound


def _noded_again(polygons: Geometries) -> Geometries:
    """Round a coverage by noding it on the grid, which cannot break a ring."""
    faces = faces_of(polygons, grid=10.0**-DECIMALS)
    polygon, face = shapely.STRtree(shapely.point_on_surface(faces)).query(polygons, predicate="intersects")
    owner = np.full(len(faces), -1, dtype=np.int64)
    owner[face] = polygon
    joined = dissolve(faces, owner, len(polygons))
    return np.asarray(
        shapely.transform(joined, lambda lonlat: np.round(lonlat, DECIMALS) + 0.0), dtype=object
    )
