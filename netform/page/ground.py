"""Ground: what a page shows of an area and no move changes: cells and their borders, practices, towns, layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from netform.inputs.towns import towns_within
from netform.map.boundaries import tile_areas
from netform.map.outer_edge import smooth_edge
from netform.page.cell_lines import cell_lines
from netform.page.layers import Layer, marks, outlines, parting_lines
from netform.page.one_area import prepared_area, settled_ground
from netform.practices.names import written_name
from netform.report.labels import Taken, place_towns
from netform.report.map import MOST_TOWNS
from netform.report.shapes import Frame
from netform.report.words import one_line
from netform.scores import TERMS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from netform.map.territory import Territories
    from netform.page.cell_lines import CellLines
    from netform.prepared import Prepared

__all__ = ["ground_object"]


def ground_object(prepared: Prepared, area: str) -> dict[str, Any]:
    """Give what a page shows of an area, whatever is in which network.

    Parameters
    ----------
    prepared : Prepared
        The whole list, with ground.
    area : str

    Returns
    -------
    dict
        For JSON. In units of the drawing: ``width``, ``height`` and ``km`` (units of a kilometre); ``cells`` (``d``,
        the codes of the ``practices`` that stand there, and ``x`` and ``y`` of the site); ``lines`` (the border of the
        cells ``a`` and ``b``, all its pieces in one ``d``; a ``b`` of -1 is the outer edge); ``practices``, each with
        the ``cell`` of its own place (null where it is not on the ground) and its ``neighbours``; ``branches``;
        ``towns`` (the middle of their words); ``layers``; and the ``terms`` of a score.

    Raises
    ------
    KeyError
        The list has no such area.
    """
    own = prepared_area(prepared, area)
    territories, beside = _ground(prepared, area)
    frame = Frame.around(shapely.bounds(territories.extent).tolist())
    drawn = cell_lines(territories.polygons, frame)
    sites = frame.project(territories.sites.points).round(1)
    extent = shapely.coverage_union_all(drawn.shapes)
    taken = Taken(frame.width, frame.height)
    towns = place_towns(towns_within(frame.bounds), [extent], frame, taken, sites, MOST_TOWNS)
    return {
        "area": area,
        "width": frame.width,
        "height": frame.height,
        "km": round(1000 * frame.units_per_metre, 4),
        "practices": _practices(own, territories, frame),
        "cells": [
            {"d": path, "practices": codes, "x": x, "y": y}
            for path, codes, (x, y) in zip(
                drawn.paths, _at_site(territories, own.standing.codes), sites.tolist(), strict=True
            )
        ],
        "lines": [{"a": a, "b": b, "d": path} for (a, b), path in drawn.lines.items()],
        "branches": _branches(own, frame),
        "towns": [{"name": town.text, "x": town.x, "y": town.y} for town in towns],
        "layers": [
            layer.object(name)
            for name, layer in _layers(own, territories, drawn, beside, frame).items()
            if layer is not None
        ],
        "terms": [{"name": name, "label": term.title, "kind": term.kind} for name, term in TERMS.items()],
    }


def _ground(prepared: Prepared, area: str) -> tuple[Territories, Mapping[str, BaseGeometry]]:
    """Give the ground of an area as the map of the whole list has it, and that of the areas beside it."""
    areas = list(prepared.areas)
    if len(areas) > 1:
        settled = settled_ground(prepared, areas.index(area))
        return settled.part[1], settled.beside
    whole = tile_areas(prepared.parts)
    return smooth_edge(whole) if prepared.outlined else whole, {}


def _at_site(territories: Territories, of_place: Sequence[str]) -> list[list[str]]:
    """Give what is said of the places at each site, each thing once and in order."""
    at_site: list[set[str]] = [set() for _ in range(len(territories.sites))]
    for site, said in zip(territories.sites.site_of.tolist(), of_place, strict=True):
        at_site[site].add(said)
    return [sorted(each) for each in at_site]


def _practices(own: Prepared, territories: Territories, frame: Frame) -> list[dict[str, Any]]:
    """Describe every practice; who is attached is where its host is, and who is left out is kept on the drawing."""
    hosts, names = own.standing.nowhere.hosts, own.practices.network_names
    # The first place of a practice is its own; those of branches come after.
    cells = dict(reversed(list(zip(own.standing.codes, territories.sites.site_of.tolist(), strict=True))))
    position = {code: k for k, code in enumerate(own.practices.codes)}
    at = [position[hosts.get(code, code)] for code in own.practices.codes]
    places = frame.project(np.column_stack((own.places.easting, own.places.northing))[at])
    places = np.clip(places, 0, (frame.width, frame.height)).round(1)
    authorities = own.places.authorities or ("",) * len(at)
    return [
        {
            "code": practice.code,
            "name": one_line(written_name(practice.name)),
            "postcode": practice.postcode,
            "list_size": practice.list_size,
            "x": x,
            "y": y,
            "cell": cells.get(practice.code),
            "neighbours": sorted(own.graph[practice.code]),
            "authority": authority,
            "today": practice.pcn_code or None,
            "today_name": one_line(written_name(names.get(practice.pcn_code, practice.pcn_code))) or None,
        }
        for practice, (x, y), authority in zip(own.practices, places.tolist(), authorities, strict=True)
    ]


def _branches(own: Prepared, frame: Frame) -> list[dict[str, Any]]:
    return [
        {
            "code": branch.code,
            "name": one_line(written_name(branch.name)),
            "practice": branch.practice_code,
            "x": x,
            "y": y,
        }
        for branch, (x, y) in zip(own.standing.branches, _branch_places(own, frame), strict=True)
    ]


def _branch_places(own: Prepared, frame: Frame) -> list[tuple[float, float]]:
    places = np.array([(each.easting, each.northing) for each in own.standing.branches]).reshape(-1, 2)
    return [(x, y) for x, y in frame.project(places).round(1).tolist()]


def _layers(
    own: Prepared,
    territories: Territories,
    drawn: CellLines,
    beside: Mapping[str, BaseGeometry],
    frame: Frame,
) -> dict[str, Layer | None]:
    """Give the layers by their ids; None for one that has nothing to show."""
    standing, neighbourhoods = own.standing, own.neighbourhoods

    def parted(name: str, of_place: Sequence[str], *, named: bool = True) -> Layer | None:
        sides = [each[0] if len(each) == 1 else "" for each in _at_site(territories, of_place)]
        return parting_lines(name, drawn, sides, named=named)

    layers: dict[str, Layer | None] = {}
    if standing.places.authorities:
        layers["authorities"] = parted("Local authorities", standing.places.authorities, named=False)
    if neighbourhoods is not None and neighbourhoods.shapes:
        layers["neighbourhoods"] = outlines("Neighbourhoods", neighbourhoods.shapes, frame)
    elif neighbourhoods is not None:
        mains = {code: _main(living) for code, living in neighbourhoods.living.items()}
        layers["neighbourhoods"] = parted("Neighbourhoods", [mains.get(code, "") for code in standing.codes])
    sides = {practice.code: practice.sides for practice in own.practices}
    for k, column in enumerate(own.practices.soft_columns):
        layers[f"soft-{k + 1}"] = parted(one_line(column), [sides[code][k] for code in standing.codes])
    layers["areas"] = outlines("Other areas", beside, frame)
    layers["branches"] = marks("Branch surgeries", _branch_places(own, frame))
    return layers


def _main(living: Mapping[str, float]) -> str:
    """Name the neighbourhood in which most of a practice's patients live, of equals the first by name."""
    return min(filter(None, living), key=lambda name: (-living[name], name), default="")
