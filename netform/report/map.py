"""The map of a plan as plain shapes, ready for the template to draw as SVG."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.report.colours import colour_classes
from netform.report.shapes import (
    Frame,
    label_spot,
    path_data,
    polygons_only,
    simplify_coverage,
    touching,
)
from netform.report.words import network_number

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from netform.plan.model import Network
    from netform.practices.model import Practice
    from netform.result import Result

__all__ = [
    "AreaShape",
    "Badge",
    "Drawing",
    "Region",
    "SiteDot",
    "draw_map",
    "draw_overview",
    "place_badges",
    "scale_km",
]

# A dot's area is in proportion to its list: a list of 10,000 has a radius of about 4 units.
RADIUS_OF_1000 = 1.25
SMALLEST_RADIUS = 1.6
# Beyond this many sites the dots shrink, so that they cover no more of the map.
SITES_AT_FULL_SIZE = 90

BADGE_HEIGHT = 19.0
BADGE_PER_LETTER = 8.0
BADGE_PADDING = 10.0

# Width of a letter of an area's name on the overview, units, and its largest share of the area's breadth.
NAME_PER_LETTER = 7.5


@dataclass(frozen=True, slots=True)
class Region:
    """A network on the map."""

    network: Network
    colour: int
    path: str


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
class Badge:
    """The number of a network, with a line to its region when the region is too small to hold it."""

    text: str
    x: float
    y: float
    width: float
    height: float
    exception: bool
    leader: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class AreaShape:
    """An area on the overview: its networks and its outline."""

    area: str
    regions: tuple[Region, ...]
    outline: str
    name_at: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that one map shows, in units of its viewBox; ``outside`` and ``strays`` are of no network."""

    width: float
    height: float
    scale_km: float
    scale_width: float
    regions: tuple[Region, ...] = ()
    dots: tuple[SiteDot, ...] = ()
    badges: tuple[Badge, ...] = ()
    areas: tuple[AreaShape, ...] = ()
    outside: tuple[str, ...] = ()
    strays: tuple[SiteDot, ...] = ()


def draw_map(result: Result, networks: Sequence[Network], unplaced: Collection[str] = ()) -> Drawing | None:
    """Draw networks with their practices, hubs and numbers, and what is in none.

    Parameters
    ----------
    result : Result
    networks : sequence of Network
        Those of one area, or of the whole plan.
    unplaced : collection of str
        Practices in no network that are to be shown with them.

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
    colours = colour_classes(touching(shapes))
    members = {code for network in networks for code in network.practice_codes}
    dots = _site_dots(result, members, {network.hub_code for network in networks}, frame)
    strays = _site_dots(result, set(unplaced) - members, (), frame)
    km = scale_km(frame)
    return Drawing(
        width=frame.width,
        height=frame.height,
        scale_km=km,
        scale_width=km * 1000 * frame.units_per_metre,
        regions=tuple(
            Region(network, colour, path_data(shape))
            for network, colour, shape in zip(shown, colours, shapes, strict=True)
        ),
        dots=dots,
        badges=place_badges(shown, shapes, (*dots, *strays), frame),
        outside=tuple(path_data(shape) for shape in outside),
        strays=strays,
    )


def draw_overview(result: Result) -> Drawing | None:
    """Draw all networks without practices, with the outline and the name of each area."""
    drawn = _shapes(result, result.plan.networks)
    if drawn is None:
        return None
    frame, shown, shapes = drawn
    colours = colour_classes(touching(shapes))
    by_area: dict[str, list[int]] = defaultdict(list)
    for index, network in enumerate(shown):
        by_area[network.area].append(index)
    km = scale_km(frame)
    return Drawing(
        width=frame.width,
        height=frame.height,
        scale_km=km,
        scale_width=km * 1000 * frame.units_per_metre,
        areas=tuple(
            _area_shape(
                area,
                tuple(Region(shown[i], colours[i], path_data(shapes[i])) for i in members),
                [shapes[i] for i in members],
            )
            for area, members in sorted(by_area.items())
        ),
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
    """One dot a site with some of the members, largest first so that small ones are drawn on top."""
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
        radius = RADIUS_OF_1000 * crowding * math.sqrt(sum(p.list_size for p in practices) / 1000)
        is_hub = any(practice.code in hubs for practice in practices)
        dots.append(SiteDot(x, y, round(max(radius, SMALLEST_RADIUS), 1), is_hub, tuple(practices)))
    return tuple(sorted(dots, key=lambda dot: (-dot.radius, dot.x, dot.y)))


def place_badges(
    networks: Sequence[Network], shapes: Sequence[BaseGeometry], dots: Sequence[SiteDot], frame: Frame
) -> tuple[Badge, ...]:
    """Place a badge for each network, the smallest regions first: they have the least choice.

    Parameters
    ----------
    networks : sequence of Network
    shapes : sequence of geometry
        Their regions on the drawing.
    dots : sequence of SiteDot
        What badges keep clear of.
    frame : Frame
    """
    obstacles = np.array([(dot.x, dot.y) for dot in dots]).reshape(-1, 2)
    reach = np.array([dot.radius for dot in dots])
    badges = {}
    order = sorted(range(len(shapes)), key=lambda i: (shapely.area(shapes[i]), networks[i].network_id))
    for index in order:
        badge, centre = _badge(networks[index], shapes[index], obstacles, reach, frame)
        badges[index] = badge
        obstacles = np.vstack((obstacles, centre))
        reach = np.append(reach, badge.width / 2)
    return tuple(badges[index] for index in sorted(badges))


def _badge(
    network: Network,
    shape: BaseGeometry,
    obstacles: NDArray[np.float64],
    reach: NDArray[np.float64],
    frame: Frame,
) -> tuple[Badge, tuple[float, float]]:
    text = network_number(network) + ("!" if network.exception else "")
    width = BADGE_PADDING + BADGE_PER_LETTER * len(text)
    x, y, room = label_spot(shape, obstacles, reach)
    leader = None
    if room < width / 2 - 2:
        near = _open_spot((x, y), width, obstacles, reach, frame)
        if math.hypot(near[0] - x, near[1] - y) > BADGE_HEIGHT / 2:
            leader = (round(x, 1), round(y, 1))
        x, y = near
    badge = Badge(text, round(x, 1), round(y, 1), width, BADGE_HEIGHT, network.exception is not None, leader)
    return badge, (x, y)


def _open_spot(
    place: tuple[float, float],
    width: float,
    obstacles: NDArray[np.float64],
    reach: NDArray[np.float64],
    frame: Frame,
) -> tuple[float, float]:
    """Look on rings around a place for one where a badge covers no dot and no other badge."""
    x, y = place
    for ring in range(5):
        radius = ring * BADGE_HEIGHT * 0.6
        for turn in range(1 if ring == 0 else 16):
            angle = 2 * math.pi * turn / 16
            there = (x + radius * math.cos(angle), y - radius * math.sin(angle))
            inside = width < there[0] < frame.width - width and width < there[1] < frame.height - width
            gaps = np.hypot(obstacles[:, 0] - there[0], obstacles[:, 1] - there[1]) - reach
            if inside and (gaps.size == 0 or gaps.min() > width / 2 - 2):
                return there
    return x, y


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
