"""What is written on a map: badges, names and towns, each where it hides nothing that came before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.report.shapes import interior_points
from netform.report.words import network_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from netform.inputs.towns import Town
    from netform.plan.model import Network
    from netform.report.shapes import Frame

__all__ = ["BADGE_HEIGHT", "Badge", "Taken", "Word", "place_badges", "place_names", "place_towns"]

BADGE_HEIGHT = 19.0
BADGE_PER_LETTER = 8.0
BADGE_PADDING = 10.0

# A badge that finds no room in its region looks outside on rings so far apart, up to so far off, in units.
RING, FARTHEST, TURNS = 8.0, 168.0, 24

# Of words, units: as wide as the widest of the usual fonts makes them.
LETTER, LINE = 6.7, 13.0
# Names with a longer line than this are left to the table.
LONGEST_LINE = 32

# How far towns keep from each other, units.
BETWEEN_TOWNS = 14.0
# Ways off a town's middle at which its name is tried: in halves of its length across, in lines up and down. A name
# goes so far off, in units, before it covers a practice.
_ACROSS, _DOWN = (-1.0, -0.5, 0.0, 0.5, 1.0), (-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0)
PRACTICE_UNITS = 15.0


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
    place: int = 0


@dataclass(frozen=True, slots=True)
class Word:
    """A name on a map, by the middle of its line."""

    text: str
    x: float
    y: float


@dataclass(slots=True)
class Taken:
    """What is on a drawing already: discs (middle and radius) and boxes (middle, width, height), in units."""

    width: float
    height: float
    discs: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 3)))
    boxes: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 4)))

    def add_box(self, x: float, y: float, width: float, height: float) -> None:
        """Take the room of a badge or a word."""
        self.boxes = np.vstack((self.boxes, (x, y, width, height)))

    def gaps(self, points: NDArray[np.float64], width: float, height: float) -> NDArray[np.float64]:
        """Say how far a label at each of some points would be from what is there; below zero where it covers some.

        Parameters
        ----------
        points : ndarray of float64, shape (n, 2)
        width, height : float
            Of the label.
        """
        gap = np.minimum(
            np.minimum(points[:, 0] - width / 2, self.width - points[:, 0] - width / 2),
            np.minimum(points[:, 1] - height / 2, self.height - points[:, 1] - height / 2),
        )
        low, high = points.min(axis=0) - FARTHEST, points.max(axis=0) + FARTHEST
        discs = self.discs[((self.discs[:, :2] >= low) & (self.discs[:, :2] <= high)).all(axis=1)]
        boxes = self.boxes[((self.boxes[:, :2] >= low) & (self.boxes[:, :2] <= high)).all(axis=1)]
        if len(discs):
            off = np.abs(points[:, None, :] - discs[None, :, :2]) - (width / 2, height / 2)
            gap = np.minimum(gap, (np.hypot(*np.moveaxis(off.clip(min=0), 2, 0)) - discs[:, 2]).min(axis=1))
        if len(boxes):
            off = np.abs(points[:, None, :] - boxes[None, :, :2]) - (boxes[:, 2:] + (width, height)) / 2
            gap = np.minimum(gap, off.max(axis=2).min(axis=1))
        return np.asarray(gap)


def place_badges(
    networks: Sequence[Network],
    pieces: Sequence[Sequence[BaseGeometry]],
    taken: Taken,
    *,
    whole_ids: bool = False,
) -> tuple[Badge, ...]:
    """Place a badge for each piece of each network, the smallest first: they have the least choice.

    Parameters
    ----------
    networks : sequence of Network
    pieces : sequence of sequence of polygon
        Of each network, those that have a badge each, on the drawing.
    taken : Taken
        What badges keep clear of; they are added to it.
    whole_ids : bool
        Whether badges show whole ids and not numbers.
    """
    badges = {}
    every = [(index, piece) for index, parts in enumerate(pieces) for piece in parts]
    every.sort(key=lambda each: (shapely.area(each[1]), networks[each[0]].network_id, each[1].bounds))
    for index, piece in every:
        network = networks[index]
        text = (network.network_id if whole_ids else network_number(network)) + "!" * bool(network.exception)
        width = BADGE_PADDING + BADGE_PER_LETTER * len(text)
        x, y, leader = _badge_spot(piece, width, taken)
        taken.add_box(x, y, width, BADGE_HEIGHT)
        badges[index, piece.bounds] = Badge(
            text, round(x, 1), round(y, 1), width, BADGE_HEIGHT, network.exception is not None, leader, index
        )
    return tuple(badges[key] for key in sorted(badges))


def _badge_spot(
    piece: BaseGeometry, width: float, taken: Taken
) -> tuple[float, float, tuple[float, float] | None]:
    """Find room in a piece, or on the nearest ring around it where there is some, with a line to the piece."""
    points = interior_points(piece)
    inside = shapely.distance(shapely.boundary(piece), shapely.points(points))
    gaps = taken.gaps(points, width, BADGE_HEIGHT)
    # Where it has most room; or else as far inside as it hides nothing, though it lies across the border by a little.
    for room in (
        np.minimum(inside - (width - 4) / 2, gaps - 1),
        np.where(gaps >= 1, inside - BADGE_HEIGHT / 4, -1),
    ):
        best = int(np.argmax(room))
        if room[best] >= 0:
            return float(points[best, 0]), float(points[best, 1]), None
    anchor = points[int(np.argmax(inside))]
    angles = 2 * np.pi * np.arange(TURNS) / TURNS
    for radius in np.arange(0.0, FARTHEST, RING):
        ring = anchor + radius * np.column_stack((np.cos(angles), -np.sin(angles)))
        free = taken.gaps(ring, width, BADGE_HEIGHT)
        if free.max() >= 1:
            x, y = ring[int(np.argmax(free >= 1))].tolist()
            leader = (round(float(anchor[0]), 1), round(float(anchor[1]), 1))
            return x, y, leader if radius > BADGE_HEIGHT / 2 else None
    best = int(np.argmax(gaps))
    return float(points[best, 0]), float(points[best, 1]), None


def place_names(
    names: Sequence[str], badges: Sequence[Badge], shapes: Sequence[BaseGeometry], taken: Taken
) -> tuple[Word, ...]:
    """Write the names of networks beside their badges, in one line or two, where they fit into their regions.

    Parameters
    ----------
    names : sequence of str
        Of the networks.
    badges : sequence of Badge
        The largest piece's is tried first.
    shapes : sequence of geometry
        The regions of the networks.
    taken : Taken
        What names keep clear of; they are added to it.
    """
    words: list[Word] = []
    named: set[int] = set()
    for badge in badges:
        if badge.place in named or badge.leader:
            continue
        for lines in _in_lines(names[badge.place]):
            width, height = LETTER * max(map(len, lines)), LINE * len(lines)
            beside = (badge.width + width) / 2 + 3
            below = (badge.height + height) / 2
            points = np.add((badge.x, badge.y), [(0, below), (0, -below), (beside, 0), (-beside, 0)])
            half = np.array([width / 2, height / 2])
            boxes = shapely.box(*(points - half).T, *(points + half).T)
            fits = shapely.contains(shapes[badge.place], boxes) & (taken.gaps(points, width, height) >= -1)
            if fits.any():
                x, y = points[int(np.argmax(fits))].tolist()
                taken.add_box(x, y, width, height)
                down = y - (height - LINE) / 2
                words += [
                    Word(line, round(x, 1), round(down + LINE * row, 1)) for row, line in enumerate(lines)
                ]
                named.add(badge.place)
                break
    return tuple(words)


def _in_lines(name: str) -> list[tuple[str, ...]]:
    """Give a name in one line, and in two that are about as long; without those that are too long."""
    spaces = [place for place, letter in enumerate(name) if letter == " "]
    ways: list[tuple[str, ...]] = [(name,)] if name else []
    if spaces:
        middle = min(spaces, key=lambda place: abs(2 * place - len(name)))
        ways.append((name[:middle], name[middle + 1 :]))
    return [lines for lines in ways if max(map(len, lines)) <= LONGEST_LINE]


def place_towns(
    towns: Sequence[Town],
    shapes: Sequence[BaseGeometry],
    frame: Frame,
    taken: Taken,
    dots: NDArray[np.float64],
    most: int,
) -> tuple[Word, ...]:
    """Write the names of towns, the largest first: quietly, and few.

    Parameters
    ----------
    towns : sequence of Town
        The largest first.
    shapes : sequence of geometry
        The ground on the drawing: other towns are left out.
    frame : Frame
    taken : Taken
        What names keep clear of; they are added to it.
    dots : ndarray of float64, shape (n, 2)
        What they cover as little of as can be: practices, which are drawn over them.
    most : int
        How many there may be.
    """
    if not towns:
        return ()
    places = frame.project(np.array([(town.easting, town.northing) for town in towns]))
    here = np.zeros(len(towns), dtype=bool)
    here[shapely.STRtree(shapely.points(places)).query(shapes, predicate="contains")[1]] = True
    words: list[Word] = []
    for index in np.flatnonzero(here).tolist():
        if len(words) == most:
            break
        town, place = towns[index], places[index]
        width = LETTER * len(town.name)
        ways = np.array([(across * (width / 2 + 5), down * LINE) for across in _ACROSS for down in _DOWN])
        points = place + ways
        free = taken.gaps(points, width, LINE) >= 2
        if not free.any():
            continue
        covered = (
            (np.abs(points[:, None, :] - dots[None, :, :]) < (width / 2, LINE / 2)).all(axis=2).sum(axis=1)
        )
        cost = np.where(free, np.hypot(*ways.T) + PRACTICE_UNITS * covered, np.inf)
        x, y = points[int(np.argmin(cost))].tolist()
        taken.add_box(x, y, width + BETWEEN_TOWNS, LINE + BETWEEN_TOWNS)
        words.append(Word(town.name, round(x, 1), round(y, 1)))
    return tuple(words)
