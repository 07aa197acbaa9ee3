"""The map of a plan as plain shapes, ready for the template to draw as SVG."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.inputs.towns import towns_within
from netform.report.colours import colour_classes
from netform.report.labels import BADGE_HEIGHT, Badge, Taken, Word, place_badges, place_names, place_towns
from netform.report.map_notes import map_notes, neck_notes
from netform.report.shapes import (
    Frame,
    label_spot,
    line_data,
    path_data,
    polygons_only,
    simplify_coverage,
    touching,
)
from netform.report.words import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from shapely.geometry.base import BaseGeometry

    from netform.plan.model import Network
    from netform.practices.model import Practice
    from netform.result import Result

__all__ = [
    "HUB_REACH",
    "MOST_TOWNS",
    "AreaShape",
    "BranchMark",
    "Drawing",
    "Region",
    "SiteDot",
    "colours_of",
    "draw_map",
    "draw_overview",
    "scale_km",
    "taken_by",
    "towns_on",
]

# A dot's area is in proportion to its list: a list of 10,000 has a radius of about 4 units.
RADIUS_OF_1000 = 1.25
SMALLEST_RADIUS = 1.6
# Beyond this many sites the dots shrink, so that they cover no more of the map.
SITES_AT_FULL_SIZE = 90

# A hub's diamond reaches so far beyond its dot.
HUB_REACH = 2.5
# Towns on a map, and how many of the largest are written before anything else.
MOST_TOWNS, LARGEST_TOWNS = 16, 3
# Parts of a region that hang together by less than twice this, in units, look like pieces.
HAIR = 1.0

# Width of a letter of an area's name on the overview, units, and its largest share of the area's breadth.
NAME_PER_LETTER = 7.5


@dataclass(frozen=True, slots=True)
class Region:
    """A network on the map: its ground on the drawing, and the path of that."""

    network: Network
    colour: int
    path: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class SiteDot:
    """A site and the practices that share it; ``hub`` when one of them is the hub of its network."""

    x: float
    y: float
    radius: float
    hub: bool
    practices: tuple[Practice, ...]

    @property
    def list_size(self) -> int:
        """Registered patients of the site."""
        return sum(practice.list_size for practice in self.practices)


@dataclass(frozen=True, slots=True)
class BranchMark:
    """A branch surgery on the map, and what it is called."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class AreaShape:
    """An area on the overview: its networks and its outline."""

    area: str
    regions: tuple[Region, ...]
    outline: str
    name_at: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that one map shows, in units of its viewBox; ``outside`` and ``strays`` are of no network.

    ``notes`` are what a reader should know about it.
    """

    frame: Frame
    width: float
    height: float
    scale_km: float
    scale_width: float
    regions: tuple[Region, ...] = ()
    dots: tuple[SiteDot, ...] = ()
    badges: tuple[Badge, ...] = ()
    names: tuple[Word, ...] = ()
    towns: tuple[Word, ...] = ()
    areas: tuple[AreaShape, ...] = ()
    outside: tuple[BaseGeometry, ...] = ()
    strays: tuple[SiteDot, ...] = ()
    authority_lines: tuple[BaseGeometry, ...] = ()
    branches: tuple[BranchMark, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def outside_paths(self) -> tuple[str, ...]:
        """The paths of the ground of no network."""
        return tuple(path_data(shape) for shape in self.outside)

    @property
    def authority_path(self) -> str:
        """The path of the lines between practices of different local authorities."""
        return line_data(self.authority_lines)


def draw_map(
    result: Result, networks: Sequence[Network], unplaced: Collection[str] = (), *, whole_ids: bool = False
) -> Drawing | None:
    """Draw networks with their practices, hubs, numbers and names, the towns, and what is in no network.

    Parameters
    ----------
    result : Result
    networks : sequence of Network
        Those of one area, or of the whole plan.
    unplaced : collection of str
        Practices in no network that are to be shown with them.
    whole_ids : bool
        Whether networks are marked by their ids, and not by their numbers within an area.

    Returns
    -------
    Drawing or None
        None when none of the networks has a polygon.
    """
    areas = sorted({network.area for network in networks})
    left_out = [polygons_only(result.outside.get(area)) for area in areas]
    drawn = _shapes(result, networks, [ground for ground in left_out if not ground.is_empty])
    if drawn is None:
        return None
    frame, shown, shapes = drawn
    outside = shapes[len(shown) :]
    shapes = shapes[: len(shown)]
    colours = colours_of(shapes)
    members = {code for network in networks for code in network.practice_codes}
    dots = _site_dots(result, members, {network.hub_code for network in networks}, frame)
    strays = _site_dots(result, set(unplaced) - members, (), frame)
    km = scale_km(frame)
    taken, ground = taken_by((*dots, *strays), frame), [*shapes, *outside]
    # The largest towns tell where one is: numbers make room for them, and the others for numbers and names.
    largest = towns_on(ground, frame, taken, dots, most=LARGEST_TOWNS)
    pieces = [_labelled(network, shape, dots) for network, shape in zip(shown, shapes, strict=True)]
    badges = place_badges(shown, pieces, taken, whole_ids=whole_ids)
    names = place_names([one_line(clean(network.name)) for network in shown], badges, shapes, taken)
    return Drawing(
        frame=frame,
        width=frame.width,
        height=frame.height,
        scale_km=km,
        scale_width=km * 1000 * frame.units_per_metre,
        regions=tuple(
            Region(network, colour, path_data(shape), shape)
            for network, colour, shape in zip(shown, colours, shapes, strict=True)
        ),
        dots=dots,
        badges=badges,
        names=names,
        towns=towns_on(ground, frame, taken, dots, before=largest),
        outside=tuple(outside),
        strays=strays,
        authority_lines=_authority_lines(result, ground, frame),
        branches=_branch_marks(result, {*members, *unplaced}, frame),
        notes=(
            *map_notes(result, shown, whole_ids=whole_ids),
            *neck_notes(shown, shapes, pieces, whole_ids=whole_ids),
        ),
    )


def draw_overview(result: Result) -> Drawing | None:
    """Draw all networks without practices, with the outline and the name of each area."""
    drawn = _shapes(result, result.plan.networks)
    if drawn is None:
        return None
    frame, shown, shapes = drawn
    colours = colours_of(shapes)
    by_area: dict[str, list[int]] = defaultdict(list)
    for index, network in enumerate(shown):
        by_area[network.area].append(index)
    km = scale_km(frame)
    areas = tuple(
        _area_shape(
            area,
            tuple(Region(shown[i], colours[i], path_data(shapes[i]), shapes[i]) for i in members),
            [shapes[i] for i in members],
        )
        for area, members in sorted(by_area.items())
    )
    taken = Taken(frame.width, frame.height)
    for each in areas:
        if each.name_at:
            taken.add_box(*each.name_at, NAME_PER_LETTER * len(each.area), BADGE_HEIGHT)
    return Drawing(
        frame=frame,
        width=frame.width,
        height=frame.height,
        scale_km=km,
        scale_width=km * 1000 * frame.units_per_metre,
        areas=areas,
        authority_lines=_authority_lines(result, shapes, frame),
        towns=towns_on(shapes, frame, taken, ()),
    )


def _shapes(
    result: Result, networks: Sequence[Network], outside: Sequence[BaseGeometry] = ()
) -> tuple[Frame, list[Network], list[BaseGeometry]] | None:
    """Find the networks that have land, and put their shapes, and other ground after them, into a frame around all."""
    land = [(network, polygons_only(result.boundaries.get(network.network_id))) for network in networks]
    land = [(network, region) for network, region in land if not region.is_empty]
    if not land:
        return None
    ground = [*(region for _, region in land), *outside]
    frame = Frame.around(tuple(shapely.total_bounds(ground).tolist()))
    shapes = simplify_coverage(ground, frame)
    return frame, [network for network, _ in land], shapes


def _site_dots(
    result: Result, members: Collection[str], hubs: Collection[str], frame: Frame
) -> tuple[SiteDot, ...]:
    """One dot a site with some of the members: hubs are drawn on top of others, and small ones on top of large ones."""
    sites: dict[tuple[float, float], list[Practice]] = defaultdict(list)
    for practice, easting, northing in zip(
        result.practices, result.places.easting.tolist(), result.places.northing.tolist(), strict=True
    ):
        if practice.code in members:
            sites[easting, northing].append(practice)
    if not sites:
        return ()
    crowding = min(1.0, math.sqrt(SITES_AT_FULL_SIZE / len(sites)))
    places = frame.project(np.array(list(sites))).round(1).tolist()
    dots = []
    for (x, y), practices in zip(places, sites.values(), strict=True):
        # One that is not on the ground may be off the map.
        if not (0 <= x <= frame.width and 0 <= y <= frame.height):
            continue
        radius = RADIUS_OF_1000 * crowding * math.sqrt(sum(p.list_size for p in practices) / 1000)
        is_hub = any(practice.code in hubs for practice in practices)
        dots.append(SiteDot(x, y, round(max(radius, SMALLEST_RADIUS), 1), is_hub, tuple(practices)))
    return tuple(sorted(dots, key=lambda dot: (dot.hub, -dot.radius, dot.x, dot.y)))


def _branch_marks(result: Result, members: Collection[str], frame: Frame) -> tuple[BranchMark, ...]:
    """Mark the branches of some practices."""
    branches = [each for each in result.standing.branches if each.practice_code in members]
    places = np.array([(each.easting, each.northing) for each in branches]).reshape(-1, 2)
    return tuple(
        BranchMark(
            x,
            y,
            f"{one_line(clean(each.code))} {one_line(clean(each.name))}, a branch of {each.practice_code}",
        )
        for each, (x, y) in zip(branches, frame.project(places).round(1).tolist(), strict=True)
    )


def _authority_lines(
    result: Result, ground: Sequence[BaseGeometry], frame: Frame
) -> tuple[BaseGeometry, ...]:
    """Give the lines between local authorities that cross the ground of a drawing, on it."""
    if result.authority_lines is None or result.authority_lines.is_empty:
        return ()
    drawn = shapely.get_parts(shapely.transform(result.authority_lines, frame.project))
    # Ground is simplified, and a line along its rim is of no use.
    middles = shapely.line_interpolate_point(drawn, 0.5, normalized=True)
    here = shapely.STRtree(np.asarray(ground, dtype=object)).query(
        middles, predicate="dwithin", distance=1.0
    )[0]
    return tuple(drawn[np.unique(here)])


def colours_of(shapes: Sequence[BaseGeometry]) -> tuple[int, ...]:
    """Give regions of a drawing their classes of colour: neighbours are not alike.

    Parameters
    ----------
    shapes : sequence of geometry
    """
    return colour_classes(touching(shapes, along=True), touching(shapes))


def taken_by(dots: Sequence[SiteDot], frame: Frame) -> Taken:
    """Take the room of sites on a drawing.

    Parameters
    ----------
    dots : sequence of SiteDot
    frame : Frame
    """
    taken = Taken(frame.width, frame.height)
    discs = [(dot.x, dot.y, dot.radius + HUB_REACH * dot.hub) for dot in dots]
    taken.discs = np.array(discs, dtype=float).reshape(-1, 3)
    return taken


def towns_on(
    shapes: Sequence[BaseGeometry],
    frame: Frame,
    taken: Taken,
    dots: Sequence[SiteDot],
    most: int = MOST_TOWNS,
    before: Sequence[Word] = (),
) -> tuple[Word, ...]:
    """Write the names of towns on ground that is drawn; they may lie under practices, but not under hubs.

    Parameters
    ----------
    shapes : sequence of geometry
        The ground, on the drawing.
    frame : Frame
    taken : Taken
        Badges and names among it; the towns are added.
    dots : sequence of SiteDot
    most : int
        How many there may be, with those before.
    before : sequence of Word
        Towns that are on the drawing already.

    Returns
    -------
    tuple of Word
        Those before, and more.
    """
    hubs = [(dot.x, dot.y, dot.radius + HUB_REACH) for dot in dots if dot.hub]
    over = Taken(frame.width, frame.height, np.array(hubs, dtype=float).reshape(-1, 3), taken.boxes)
    places = np.array([(dot.x, dot.y) for dot in dots], dtype=float).reshape(-1, 2)
    written = {word.text for word in before}
    towns = [town for town in towns_within(frame.bounds) if town.name not in written]
    more = place_towns(towns, shapes, frame, over, places, most - len(before))
    taken.boxes = over.boxes
    return (*before, *more)


def _labelled(network: Network, shape: BaseGeometry, dots: Sequence[SiteDot]) -> list[BaseGeometry]:
    """List the pieces of a region that have its number each: the largest, and those at a practice of its own."""
    pieces = shapely.get_parts(shapely.buffer(shape, -HAIR))
    if len(pieces) < 2:
        return [shape]
    members = set(network.practice_codes)
    own = [(dot.x, dot.y) for dot in dots if any(practice.code in members for practice in dot.practices)]
    near = shapely.distance(pieces[:, None], shapely.points(np.array(own).reshape(-1, 2))) < 2 * HAIR
    return list(pieces[near.any(axis=1) | (shapely.area(pieces) == shapely.area(pieces).max())])


def _area_shape(area: str, regions: tuple[Region, ...], shapes: list[BaseGeometry]) -> AreaShape:
    outline = shapely.coverage_union_all(shapes)
    none = np.empty((0, 2))
    x, y, room = label_spot(outline, none, np.empty(0))
    fits = NAME_PER_LETTER * len(area) <= 2.2 * room
    return AreaShape(area, regions, path_data(outline), (round(x, 1), round(y, 1)) if fits else None)


def scale_km(frame: Frame) -> float:
    """Choose the kilometres of a scale: 1, 2 or 5 times a power of ten, at most a fifth of the drawing.

    Parameters
    ----------
    frame : Frame
    """
    aim = frame.width / 5 / frame.units_per_metre / 1000
    power = 10.0 ** math.floor(math.log10(aim))
    return next((step * power for step in (5, 2) if step * power <= aim), power)
