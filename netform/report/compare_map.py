"""The map of changes: the ground of B, the lines of A across it, and the practices that move."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.report.labels import Badge, Word, place_badges
from netform.report.map import SiteDot, colours_of, scale_km, taken_by, towns_on
from netform.report.shapes import Frame, line_data, path_data, polygons_only, simplify_coverage

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from netform.judge.comparison import Compared
    from netform.plan.model import Network
    from netform.practices.model import Practice

__all__ = ["ChangeMap", "draw_changes"]

STAYED_RADIUS = 2.6
MOVED_RADIUS = 5.5
# A label of 11.5 units: what a letter and an arrow take beyond, and how high a line stands.
LETTER, ARROW, LINE = 7.0, 5.0, 12.0


@dataclass(frozen=True, slots=True)
class Ground:
    """A network of B on the map."""

    path: str
    colour: int
    title: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A site: ``moved`` when a practice there moves, with what is written beside it and where."""

    x: float
    y: float
    moved: bool
    title: str
    label: str = ""
    label_x: float = 0.0
    label_y: float = 0.0


@dataclass(frozen=True, slots=True)
class ChangeMap:
    """All that one map of changes shows, in units of its viewBox.

    Where not every practice that moves has room for the letter of its old network and the number of its new one,
    ``letters_only``: the number is that of the ground it stands on.
    """

    width: float
    height: float
    scale_km: float
    scale_width: float
    grounds: tuple[Ground, ...]
    old: str
    marks: tuple[Mark, ...]
    badges: tuple[Badge, ...]
    unlabelled: int
    letters_only: bool = False
    towns: tuple[Word, ...] = ()


def draw_changes(
    compared: Compared,
    networks_a: Sequence[Network],
    networks_b: Sequence[Network],
    letter_a: Mapping[str, str],
    number_b: Mapping[str, int],
) -> ChangeMap | None:
    """Draw the changes among some networks of A and of B.

    Parameters
    ----------
    compared : Compared
    networks_a, networks_b : sequence of Network
        Those to draw; networks of B carry their number as ``network_id`` and their label as ``name``.
    letter_a : mapping of str to str
    number_b : mapping of str to int
        What each network is called on the map, by label: letters and numbers, since none goes on as it was by name.

    Returns
    -------
    ChangeMap or None
        None when no network of B has ground.
    """
    land_b = [(network, polygons_only(compared.b.boundaries.get(network.name))) for network in networks_b]
    land_b = [(network, region) for network, region in land_b if not region.is_empty]
    land_a = [polygons_only(compared.a.boundaries.get(network.network_id)) for network in networks_a]
    land_a = [region for region in land_a if not region.is_empty]
    if not land_b:
        return None
    bounds = shapely.total_bounds([*(region for _, region in land_b), *land_a])
    frame = Frame.around(tuple(bounds.tolist()))
    shapes = simplify_coverage([region for _, region in land_b], frame)
    old = simplify_coverage(land_a, frame) if land_a else []
    members = {code for network in (*networks_a, *networks_b) for code in network.practice_codes}
    marks = _marks(compared, members, letter_a, number_b, frame)
    # Badges keep clear of the marks, then labels of marks and badges.
    dots = [SiteDot(mark.x, mark.y, _radius(mark), hub=mark.moved, practices=()) for mark in marks]
    taken = taken_by(dots, frame)
    badges = place_badges([network for network, _ in land_b], [[shape] for shape in shapes], taken)
    labelled = _labelled(marks, badges, frame)
    letters_only = any(mark.moved and not mark.label for mark in labelled)
    if letters_only:
        labelled = _labelled([replace(mark, label=_letters(mark.label)) for mark in marks], badges, frame)
    for mark in labelled:
        if mark.label:
            width = _width(mark.label)
            taken.add_box(mark.label_x + width / 2, mark.label_y + 2.5 - LINE / 2, width, LINE)
    km = scale_km(frame)
    return ChangeMap(
        width=frame.width,
        height=frame.height,
        scale_km=km,
        scale_width=km * 1000 * frame.units_per_metre,
        grounds=tuple(
            Ground(path_data(shape), colour, f"{network.network_id} {network.name}")
            for (network, _), shape, colour in zip(land_b, shapes, colours_of(shapes), strict=True)
        ),
        old=line_data(_borders(old)),
        marks=labelled,
        badges=badges,
        towns=towns_on(
            shapes, frame, taken, [dot for dot, mark in zip(dots, marks, strict=True) if mark.moved]
        ),
        unlabelled=sum(mark.moved and not mark.label for mark in labelled),
        letters_only=letters_only,
    )


def _borders(shapes: Sequence[BaseGeometry]) -> Sequence[BaseGeometry]:
    """Give the lines between shapes, each once: drawn twice, their dashes would run together."""
    edge = shapely.boundary(shapely.union_all(shapes))
    lines = shapely.difference(shapely.union_all(shapely.boundary(shapes)), edge)
    lines = shapely.get_parts(shapely.line_merge(lines))
    return tuple(lines[shapely.get_dimensions(lines) == 1])


def _letters(label: str) -> str:
    return ", ".join(dict.fromkeys(way.partition("→")[0] for way in label.split(", ")))


def _width(label: str) -> float:
    return LETTER * len(label) + ARROW * label.count("→")


def _radius(mark: Mark) -> float:
    return MOVED_RADIUS if mark.moved else STAYED_RADIUS


def _marks(
    compared: Compared,
    members: Collection[str],
    letter_a: Mapping[str, str],
    number_b: Mapping[str, int],
    frame: Frame,
) -> list[Mark]:
    """One mark a site, those that stay first, so that those that move are drawn on top."""
    both = compared.comparison
    in_a, in_b = both.a.network_of, both.b.network_of
    moved = set(both.forth.moved)
    sites: dict[tuple[float, float], list[Practice]] = defaultdict(list)
    places = compared.b.places
    for practice, easting, northing in zip(
        compared.b.practices, places.easting.tolist(), places.northing.tolist(), strict=True
    ):
        if practice.code in members and np.isfinite(easting + northing):
            sites[easting, northing].append(practice)
    if not sites:
        return []
    marks = []
    for (x, y), practices in zip(
        frame.project(np.array(list(sites))).round(1).tolist(), sites.values(), strict=True
    ):
        here = [practice for practice in practices if practice.code in moved]
        ways = dict.fromkeys(
            f"{letter_a[in_a[each.code]]}→{number_b.get(in_b.get(each.code, ''), 'none')}" for each in here
        )
        title = "; ".join(
            f"{each.code} {each.name}: {in_a.get(each.code, 'no network')} to {in_b.get(each.code, 'no network')}"
            for each in practices
        )
        marks.append(Mark(x, y, bool(here), title, ", ".join(ways)))
    return sorted(marks, key=lambda mark: (mark.moved, mark.y, mark.x))


def _labelled(marks: Sequence[Mark], badges: Sequence[Badge], frame: Frame) -> tuple[Mark, ...]:
    """Find room for each label beside its mark; one that finds none is left out."""
    taken = [(mark.x - r, mark.y - r, mark.x + r, mark.y + r) for mark in marks for r in (_radius(mark),)]
    taken += [
        (
            badge.x - badge.width / 2,
            badge.y - badge.height / 2,
            badge.x + badge.width / 2,
            badge.y + badge.height / 2,
        )
        for badge in badges
    ]
    result = []
    for mark in marks:
        width = _width(mark.label)
        beside = MOVED_RADIUS + 2
        spots = (
            (mark.x + beside, mark.y - LINE / 2),
            (mark.x - beside - width, mark.y - LINE / 2),
            (mark.x - width / 2, mark.y - beside - LINE),
            (mark.x - width / 2, mark.y + beside),
        )
        room = next(
            (
                (x, y)
                for x, y in spots
                if mark.label
                and x > 0
                and x + width < frame.width
                and not any(
                    x < right and left < x + width and y < bottom and top < y + LINE
                    for left, top, right, bottom in taken
                )
            ),
            None,
        )
        if room is None:
            result.append(Mark(mark.x, mark.y, mark.moved, mark.title))
            continue
        x, y = room
        taken.append((x, y, x + width, y + LINE))
        result.append(
            Mark(mark.x, mark.y, mark.moved, mark.title, mark.label, round(x, 1), round(y + LINE - 2.5, 1))
        )
    return tuple(result)
