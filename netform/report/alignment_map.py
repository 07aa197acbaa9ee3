"""Networks over neighbourhoods, on a map, and all that a page says of the two."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely
import shapely.affinity

from netform.report.alignment import AlignmentRow, alignment_rows, alignment_sentences
from netform.report.labels import Word
from netform.report.map import Drawing, draw_map
from netform.report.shapes import label_spot, line_data, polygons_only
from netform.report.words import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from netform.inputs.places import Places
    from netform.practices.model import PracticeList
    from netform.result import Result

__all__ = ["Alignment", "AlignmentMap", "alignment_of_page", "draw_alignment"]

# With more networks than this a map of all of them shows nothing.
NETWORKS_ON_A_MAP = 60

# A mark's area is in proportion to the patients: 1,000 of them have a radius of so many units.
RADIUS_OF_1000 = 3.2
SMALLEST_PATIENTS = 50
# A letter and a line of a name, and the least ground that has a name, units.
LETTER, LINE, LEAST_NAMED_UNITS = 7.0, 14.0, 300.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Patients of the practices of a site who live outside the main neighbourhood of their network."""

    x: float
    y: float
    radius: float
    title: str


@dataclass(frozen=True, slots=True)
class AlignmentMap:
    """Networks, the lines of neighbourhoods over them, and the patients who cross those."""

    drawing: Drawing
    lines: str
    names: tuple[Word, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Alignment:
    """What a page says of networks and neighbourhoods; no rows where nothing is known.

    Attributes
    ----------
    rows : tuple of AlignmentRow
    sentences : tuple of str
    drawn : AlignmentMap or None
    labels : mapping of str to str
        What the page calls each network, by id.
    """

    rows: tuple[AlignmentRow, ...] = ()
    sentences: tuple[str, ...] = ()
    drawn: AlignmentMap | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


def alignment_of_page(result: Result, labels: Mapping[str, str]) -> Alignment:
    """Gather what a page says of networks and neighbourhoods, with a map where networks are few.

    Parameters
    ----------
    result : Result
    labels : mapping of str to str
        What the page calls each network, by id.
    """
    networks, living = result.plan.networks, result.plan.living
    rows = alignment_rows(networks, living)
    if not rows:
        return Alignment()
    drawing = drawn = None
    if len(networks) <= NETWORKS_ON_A_MAP:
        drawing = draw_map(result, networks, whole_ids=len(result.plan.areas) > 1)
    if drawing is not None:
        drawn = draw_alignment(drawing, result.neighbourhoods, rows, result.practices, result.places, living)
    return Alignment(tuple(rows), tuple(alignment_sentences(rows)), drawn, labels)


def draw_alignment(
    drawing: Drawing,
    shapes: Mapping[str, BaseGeometry],
    rows: Sequence[AlignmentRow],
    practices: PracticeList,
    places: Places,
    living: Mapping[str, Mapping[str, float]],
) -> AlignmentMap:
    """Draw neighbourhoods over networks, and mark the patients who live outside the main one of their network.

    Parameters
    ----------
    drawing : Drawing
        Of the networks.
    shapes : mapping of str to geometry
        The ground of each neighbourhood, EPSG:27700 metres; empty where it is not known.
    rows : sequence of AlignmentRow
    practices : PracticeList
    places : Places
    living : mapping of str to mapping of str to float
    """
    frame = drawing.frame
    window = shapely.box(0, 0, drawing.width, drawing.height)
    land = shapely.union_all([region.shape for region in drawing.regions])
    grounds = {}
    for name, shape in shapes.items():
        drawn = polygons_only(shapely.simplify(shapely.transform(shape, frame.project), 0.4))
        inside = polygons_only(shapely.intersection(drawn, window))
        if not inside.is_empty and shapely.intersects(inside, land):
            grounds[name] = inside
    badges = np.array([(badge.x, badge.y) for badge in drawing.badges]).reshape(-1, 2)
    rims = [shapely.boundary(ground) for ground in grounds.values()]
    lines = shapely.get_parts(shapely.line_merge(shapely.union_all(rims))) if rims else ()
    return AlignmentMap(
        drawing,
        line_data(tuple(lines)),
        tuple(filter(None, (_name(name, ground, badges) for name, ground in grounds.items()))),
        _marks(drawing, rows, practices, places, living),
    )


def _name(name: str, ground: BaseGeometry, badges: NDArray[np.float64]) -> Word | None:
    """Write the name of a neighbourhood where it has the most room, clear of numbers; a speck of ground has none."""
    if ground.area < LEAST_NAMED_UNITS:
        return None
    text = one_line(clean(name))
    # A name is wide and low: seen in strips of its width it is as high as it is wide, as the numbers then are near.
    wide = max(1.0, LETTER * len(text) / LINE)
    squeezed = shapely.affinity.scale(ground, xfact=1 / wide, origin=(0, 0))
    x, y, _ = label_spot(squeezed, badges / (wide, 1.0), np.full(len(badges), LINE))
    return Word(text, round(x * wide, 1), round(y, 1))


def _marks(
    drawing: Drawing,
    rows: Sequence[AlignmentRow],
    practices: PracticeList,
    places: Places,
    living: Mapping[str, Mapping[str, float]],
) -> tuple[Mark, ...]:
    main = {code: row.main for row in rows for code in row.network.practice_codes}
    sites: dict[tuple[float, float], list[tuple[str, float]]] = defaultdict(list)
    for at, practice in enumerate(practices):
        outside = math.fsum(
            number
            for name, number in living.get(practice.code, {}).items()
            if name != main.get(practice.code) or not name
        )
        place = float(places.easting[at]), float(places.northing[at])
        if practice.code in main and outside >= SMALLEST_PATIENTS and all(map(math.isfinite, place)):
            sites[place].append((f"{practice.code} {practice.name}: {outside:,.0f} patients", outside))
    if not sites:
        return ()
    spots = drawing.frame.project(np.array(list(sites))).round(1).tolist()
    marks = [
        Mark(
            x,
            y,
            round(RADIUS_OF_1000 * math.sqrt(math.fsum(number for _, number in here) / 1000), 1),
            "; ".join(said for said, _ in here) + " live outside the main neighbourhood of their network",
        )
        for (x, y), here in zip(spots, sites.values(), strict=True)
    ]
    # Small ones on top of large ones.
    return tuple(sorted(marks, key=lambda mark: (-mark.radius, mark.x, mark.y)))
