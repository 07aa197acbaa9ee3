"""The ground: boundaries that tile it, and leave out what is left out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
import shapely

from netform.audit import audit_boundaries
from netform.errors import AuditError
from netform.plan.model import Unplaced
from tests.audit.sound import unplaced, without

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.audit.sound import Sound


def test_boundaries_that_tile_pass(sound: Sound) -> None:
    """Boxes side by side, each round its practices; also where the ground is not known."""
    sound.audit_boundaries(sound.boundaries)
    audit_boundaries(sound.boundaries, sound.plan, sound.practices, sound.places, ground=None)


def test_unplaced_practices_leave_a_gap(sound: Sound) -> None:
    """The ground of A7 is nobody's when it is unplaced; what lies beyond the whole ground is refused."""
    plan = unplaced(without(sound.plan, "N-04"), ("A7", "opted out"))
    boundaries = {name: box for name, box in sound.boundaries.items() if name != "N-04"}
    sound.audit_boundaries(boundaries, plan)
    boundaries["N-03"] = boundaries["N-03"].union(shapely.box(439_000, 440_000, 441_000, 441_000))
    with pytest.raises(AuditError, match="the boundaries reach beyond the ground by 2,000,000 m2"):
        sound.audit_boundaries(boundaries, plan)


def test_the_ground_of_who_is_left_out_is_nobodys(sound: Sound) -> None:
    """With the territories known, N-03 may neither take A7's ground nor leave any of its own."""
    plan = unplaced(without(sound.plan, "N-04"), ("A7", "opted out"))
    territories = {
        code: sound.boundaries[each.network_id]
        for each in sound.plan.networks
        for code in each.practice_codes
    }
    boundaries = {name: box for name, box in sound.boundaries.items() if name != "N-04"}
    sound.audit_boundaries(boundaries, plan, territories=territories, outside=["A7"])
    # The border is 10 km long and 280 m2 of the ground may be off: 0.02 m are 200 m2, 0.1 m are 1,000.
    sound.audit_boundaries({**boundaries, "N-03": _box(439_000, 441_000.02)}, plan, territories=territories)
    sound.audit_boundaries({**boundaries, "N-03": _box(439_000, 440_999.98)}, plan, territories=territories)
    with pytest.raises(AuditError, match="take 1,000 m2 of the ground of practices that are in no network"):
        sound.audit_boundaries(
            {**boundaries, "N-03": _box(439_000, 441_000.1)}, plan, territories=territories
        )
    with pytest.raises(AuditError, match="leave 1,000 m2 of the ground to no network"):
        sound.audit_boundaries(
            {**boundaries, "N-03": _box(439_000, 440_999.9)}, plan, territories=territories
        )


def test_networks_may_share_a_site_with_who_is_in_none(sound: Sound) -> None:
    """B3 is in no network: B2's has the ground of their site or a part of it, but all of B1's."""
    networks = tuple(
        dataclasses.replace(each, practice_codes=("B1", "B2")) if each.network_id == "S-01" else each
        for each in sound.plan.networks
    )
    plan = unplaced(dataclasses.replace(sound.plan, networks=networks), ("B3", "opted out"))
    territories = {
        code: sound.boundaries[each.network_id]
        for each in sound.plan.networks
        for code in each.practice_codes
    }
    # B1 is at 430,000, B2 and B3 at 432,000, both 5 km up.
    territories["B1"] = shapely.box(429_000, 420_000, 431_000, 430_000)
    territories["B2"] = territories["B3"] = shapely.box(431_000, 420_000, 443_000, 430_000)
    sound.audit_boundaries(sound.boundaries, plan, territories=territories)
    western = {**sound.boundaries, "S-01": shapely.box(429_000, 420_000, 432_000, 430_000)}
    sound.audit_boundaries(western, plan, territories=territories, outside=["B3"])
    with pytest.raises(
        AuditError, match="B3 is to be outside and lies 3,000 m within the boundary of 'S-01'"
    ):
        sound.audit_boundaries(sound.boundaries, plan, territories=territories, outside=["B3"])
    eastern = {**sound.boundaries, "S-01": shapely.box(430_000, 420_000, 443_000, 430_000)}
    with pytest.raises(AuditError, match="leave 10,000,000 m2 of the ground to no network"):
        sound.audit_boundaries(eastern, plan, territories=territories)


def _box(left: float, right: float) -> shapely.Geometry:
    return shapely.box(left, 430_000, right, 440_000)


BOW_TIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
BROKEN_BOUNDARIES: list[tuple[str, dict[str, shapely.Geometry | None], str]] = [
    ("missing", {"N-02": None}, "network 'N-02' has no boundary"),
    ("invented", {"X-01": _box(500_000, 500_001)}, "there is a boundary for 'X-01', which is no network"),
    ("empty", {"N-02": shapely.Polygon()}, "the boundary of network 'N-02' is empty"),
    ("invalid", {"N-02": BOW_TIE}, "the boundary of network 'N-02' is not valid: Self-intersection"),
    ("a line", {"N-02": shapely.LineString([(0, 0), (1, 1)])}, "'N-02' is a LineString, not a polygon"),
    (
        # A strip of 0.1 m by 10 km beyond the border at 434,500.
        "overlap",
        {"N-01": _box(429_000, 434_500.1)},
        "the boundaries of 'N-01' and 'N-02' overlap by 1e\\+03 m2",
    ),
    (
        # The ground is 140 + 140 km2, so 280 m2 may be missing; this is 1,000.
        "gap",
        {"N-01": _box(429_000, 434_499.9)},
        "the boundaries leave 1,000 m2 of the ground to no network",
    ),
    (
        "beyond the ground",
        {"N-01": _box(428_999.9, 434_500)},
        "the boundaries reach beyond the ground by 1,000 m2",
    ),
    (
        # A4 is at 436,000, 1.5 km beyond the border; 1.6 m beyond would do.
        "swapped",
        {"N-01": _box(434_500, 439_000), "N-02": _box(429_000, 434_500)},
        "practice A4 lies 1,500 m outside the boundary of its network 'N-02'",
    ),
    (
        # A7 stands at 442,000.
        "practice just outside",
        {"N-03": _box(439_000, 442_001.6), "N-04": _box(442_001.6, 443_000)},
        "practice A7 lies 2 m outside the boundary of its network 'N-04'",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "message"),
    [each[1:] for each in BROKEN_BOUNDARIES],
    ids=[each[0] for each in BROKEN_BOUNDARIES],
)
def test_broken_boundaries_are_refused(
    sound: Sound, changes: Mapping[str, shapely.Geometry | None], message: str
) -> None:
    """One polygon is wrong, and the message says which."""
    changed = {**sound.boundaries, **changes}
    boundaries = {name: each for name, each in changed.items() if each is not None}
    with pytest.raises(AuditError, match=message):
        sound.audit_boundaries(boundaries)


def test_a_practice_at_the_corner_of_its_ground_passes(sound: Sound) -> None:
    """Practices of one site round to the same metre, so 1.4 m outside is no fault."""
    sound.audit_boundaries(
        {**sound.boundaries, "N-03": _box(439_000, 442_001.4), "N-04": _box(442_001.4, 443_000)}
    )


def test_no_networks_have_no_boundaries(sound: Sound) -> None:
    """An empty plan has nothing to draw and nothing to refuse."""
    plan = dataclasses.replace(sound.plan, networks=(), unplaced=(Unplaced("A1", "no plan"),))
    sound.audit_boundaries({}, plan)
