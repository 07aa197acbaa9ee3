"""The ground: boundaries are sound, do not overlap, and leave out the ground of who is left out and no other."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from netform.plan.model import Plan

    # A practice, and the easting and northing of a place where it stands.
    Located = tuple[str, tuple[float, float]]

__all__ = ["ground_faults"]

# Polygons may overlap by this share of their area: 130 m2 in England, what rounded corners add up to.
OVERLAP_SHARE = 1e-9
# They may miss the ground, or reach beyond it, by this share of its area.
GROUND_SHARE = 1e-6
# Practices are at one site when they round to the same metre, so a practice may be this far from its ground.
PRACTICE_M = 1.5


class _Inside(NamedTuple):
    """The whole ground, what networks must cover of it, and what they may have nothing of."""

    ground: BaseGeometry
    least: BaseGeometry
    left_out: BaseGeometry


def ground_faults(
    boundaries: Mapping[str, BaseGeometry],
    plan: Plan,
    located: Sequence[Located],
    ground: BaseGeometry | None,
    territories: Mapping[str, BaseGeometry] | None,
    outside: Collection[str],
) -> Iterator[str]:
    """List the faults of boundaries; ``located`` is where practices stand, the rest as in `netform.audit`."""
    sound, faulty = {}, False
    for fault in _names_of_boundaries(boundaries, plan):
        faulty = True
        yield fault
    for name, boundary in boundaries.items():
        unsound = _unsound(boundary)
        if unsound:
            faulty = True
            yield f"the boundary of network {name!r} {unsound}"
        else:
            sound[name] = boundary
    # What a missing boundary leaves open is told once.
    inside = None if faulty or ground is None else _inside(plan, ground, territories)
    yield from _tiling(sound, inside)
    yield from _misplaced(sound, plan, located)
    yield from _taken_in(sound, located, outside)


def _inside(plan: Plan, ground: BaseGeometry, territories: Mapping[str, BaseGeometry] | None) -> _Inside:
    """Divide the ground into that of networks and that of practices in none.

    Where practices of one site are in a network and in none, the networks may have all of its ground or a part.
    """
    import shapely  # noqa: PLC0415 - heavy, and only boundaries need it

    nothing = shapely.Polygon()
    if not plan.unplaced:
        return _Inside(ground, ground, nothing)
    if territories is None:
        return _Inside(ground, nothing, nothing)
    out = [territories[each.practice_code] for each in plan.unplaced if each.practice_code in territories]
    placed = [
        territories[code]
        for network in plan.networks
        for code in network.practice_codes
        if code in territories
    ]
    everybody, nobody = shapely.union_all(placed), shapely.union_all(out)
    return _Inside(
        ground,
        least=shapely.difference(everybody, nobody),
        left_out=shapely.difference(nobody, everybody),
    )


def _names_of_boundaries(boundaries: Mapping[str, BaseGeometry], plan: Plan) -> Iterator[str]:
    names = {network.network_id for network in plan.networks}
    yield from (f"network {name!r} has no boundary" for name in sorted(names - boundaries.keys()))
    yield from (
        f"there is a boundary for {name!r}, which is no network" for name in sorted(boundaries.keys() - names)
    )


def _unsound(boundary: BaseGeometry) -> str:
    """Say what is wrong with a boundary by itself; blank when nothing is."""
    import shapely  # noqa: PLC0415 - heavy, and only boundaries need it

    if boundary.geom_type not in ("Polygon", "MultiPolygon"):
        return f"is a {boundary.geom_type}, not a polygon"
    if boundary.is_empty:
        return "is empty"
    if not boundary.is_valid:
        return f"is not valid: {shapely.is_valid_reason(boundary)}"
    return ""


def _tiling(boundaries: Mapping[str, BaseGeometry], inside: _Inside | None) -> Iterator[str]:
    """Check that boundaries do not overlap, and cover the ground that is theirs and no other."""
    import shapely  # noqa: PLC0415 - heavy, and only boundaries need it

    together = shapely.union_all(list(boundaries.values()))
    # What lies in two polygons is counted twice in the sum and once in the union.
    overlap = math.fsum(each.area for each in boundaries.values()) - together.area
    if overlap > OVERLAP_SHARE * together.area:
        yield from _overlaps(boundaries)
    if inside is None:
        return
    allowed = GROUND_SHARE * inside.ground.area
    beyond = together.area - shapely.intersection(together, inside.ground).area
    if beyond > allowed:
        yield f"the boundaries reach beyond the ground by {beyond:,.0f} m2"
    gap = inside.least.area - shapely.intersection(together, inside.least).area
    if gap > allowed:
        yield f"the boundaries leave {gap:,.0f} m2 of the ground to no network"
    taken = shapely.intersection(together, inside.left_out).area
    if taken > allowed:
        yield f"the boundaries take {taken:,.0f} m2 of the ground of practices that are in no network"


def _overlaps(boundaries: Mapping[str, BaseGeometry]) -> Iterator[str]:
    """Name the networks whose boundaries overlap, and by how much."""
    import shapely  # noqa: PLC0415 - heavy, and only boundaries need it

    names, shapes = list(boundaries), list(boundaries.values())
    for one, other in sorted(shapely.STRtree(shapes).query(shapes, predicate="intersects").T.tolist()):
        if one < other:
            area = shapely.intersection(shapes[one], shapes[other]).area
            if area > 0:
                yield f"the boundaries of {names[one]!r} and {names[other]!r} overlap by {area:.3g} m2"


def _misplaced(
    boundaries: Mapping[str, BaseGeometry], plan: Plan, located: Sequence[Located]
) -> Iterator[str]:
    """Name the practices that do not lie in their own network's boundary."""
    import shapely  # noqa: PLC0415 - heavy, and only boundaries need it

    network_of = {code: each.network_id for each in plan.networks for code in each.practice_codes}
    for code, place in located:
        name = network_of.get(code)
        if name is not None and name in boundaries:
            metres = shapely.distance(boundaries[name], shapely.Point(place))
            if not metres <= PRACTICE_M:
                yield f"practice {code} lies {metres:,.0f} m outside the boundary of its network {name!r}"


def _taken_in(
    boundaries: Mapping[str, BaseGeometry],
    located: Sequence[Located],
    outside: Collection[str],
) -> Iterator[str]:
    """Name the practices that are to be outside and lie within a boundary."""
    import shapely  # noqa: PLC0415 - heavy, and only boundaries need it

    names, shapes = list(boundaries), list(boundaries.values())
    tree = shapely.STRtree(shapes)
    for code, place in sorted(each for each in located if each[0] in outside):
        point = shapely.Point(place)
        for of in sorted(tree.query(point, predicate="within").tolist()):
            metres = shapely.distance(shapely.boundary(shapes[of]), point)
            if metres > PRACTICE_M:
                yield f"practice {code} is to be outside and lies {metres:,.0f} m within the boundary of {names[of]!r}"
