"""The rules: the band and its exceptions, and every demand, refused where a plan breaks it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from netform.errors import AuditError
from netform.rules.demands import AreaDemand, Demands
from tests.audit.sound import NETWORKS, area, change, sound_plan, two_practices, unplaced

if TYPE_CHECKING:
    from collections.abc import Callable

    from netform.plan.model import Plan
    from tests.audit.sound import Broken, Sound


BAND: list[Broken] = [
    (
        "below the band, unnamed",
        lambda p: change(p, "N-04", exception=None),
        "network 'N-04' has 5,000 patients, outside 30,000-50,000, and names no exception",
    ),
    (
        "above the band, unnamed",
        lambda p: change(p, "N-03", exception=None),
        "network 'N-03' has 60,000 patients, outside 30,000-50,000, and names no exception",
    ),
    (
        "exception unexplained",
        lambda p: change(p, "N-04", explanation=None),
        "network 'N-04': exception 'island' has no explanation",
    ),
    (
        "exception blank",
        lambda p: change(p, "N-04", exception=" "),
        "network 'N-04': exception ' ' has no explanation",
    ),
    (
        "exception in the band",
        lambda p: change(p, "N-02", exception="island", explanation="An island."),
        "network 'N-02' names exception 'island', but 45,000 patients are in the band",
    ),
    (
        "over_max for a pair",
        lambda p: change(p, "N-03", practice_codes=("A6", "A7")),
        "network 'N-03' names over_max_single_practice but is not one practice of more than 50,000 patients",
    ),
    (
        "over_max for a small practice",
        lambda p: change(p, "N-04", exception="over_max_single_practice"),
        "network 'N-04' names over_max_single_practice but is not one practice of more than 50,000 patients",
    ),
    (
        "exception too large",
        lambda p: change(p, "N-03", practice_codes=("A6", "A7"), exception="arithmetic"),
        "network 'N-03' has 65,000 patients, over the 59,999 of any exception",
    ),
]

BROKEN = BAND


@pytest.mark.parametrize(
    ("mutate", "message"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN]
)
def test_a_broken_plan_is_refused(sound: Sound, mutate: Callable[[Plan], Plan], message: str) -> None:
    """One thing is wrong, and the message says which, in which network."""
    with pytest.raises(AuditError, match=message):
        sound.audit(mutate(sound.plan))


@pytest.mark.parametrize("size", [70_000, 40_000])
def test_what_was_not_planned_yet_may_stand_together(size: int) -> None:
    """An interrupted run's leftover passes whatever its patients, as long as its area is not optimal."""
    leftover = two_practices(size, "not_planned")
    leftover.audit()
    with pytest.raises(AuditError, match="area '' is optimal but network '1' is not_planned"):
        leftover.audit(change(leftover.plan, "", status="optimal", bound=area(leftover.plan, "").cost))


def test_what_was_not_planned_yet_leaves_other_areas_optimal(sound: Sound) -> None:
    """N was cut short, S was not."""
    plan = change(sound.plan, "N", status="feasible", bound=0.0)
    sound.audit(change(plan, "N-04", exception="not_planned"))


def test_an_exception_of_several_practices_may_pass_the_band() -> None:
    """55,000 patients are one too many for the band, and too few for two networks."""
    two_practices(55_000, "arithmetic").audit()


def test_a_wrong_number_of_networks_is_refused(sound: Sound) -> None:
    """Every area has the number asked for, or the area is named."""
    with pytest.raises(AuditError, match="area 'S' has 1 networks and 4 were asked for"):
        sound.audit(networks=4)


def test_strict_refuses_exceptions(sound: Sound) -> None:
    """Both exceptions are named."""
    with pytest.raises(AuditError) as caught:
        sound.audit(strict=True)
    assert "network 'N-03' is an exception (over_max_single_practice) under strict rules" in str(caught.value)
    assert "network 'N-04' is an exception (island) under strict rules" in str(caught.value)


# What the sound plan keeps, all at once: A6 and A7 are exceptions already, B2 and B3 count as one.
KEPT = {
    "pins": (("A4", "A5"),),
    "together": (("A1", "A3"), ("B1", "B3")),
    "apart": (("A3", "A4"), ("A6", "A7")),
    "merge": (("B2", "B3"),),
    "hub_must": ("A1", "B1"),
    "hub_may": ("A1", "A4", "A6", "A7", "B1"),
    # A1 and A3 are 3 km apart: 5.4 + 2.92 * 3 ** 0.737 = 11.96 minutes.
    "longest_to_hub": 12.0,
    "longest_between": 12.0,
    "least_practices": 2,
    "most_practices": 3,
    "areas": (AreaDemand("N", least=40_000, networks=4), AreaDemand("S", networks=1)),
}  # fmt: skip


def test_a_plan_that_keeps_every_demand_passes(sound: Sound) -> None:
    """Demands that are kept change nothing."""
    sound.demanding(**KEPT).audit()


BROKEN_DEMANDS: list[tuple[dict[str, object], str]] = [
    ({"pins": (("A4",), ("A5",))}, "network 'N-02' breaks pin: A4 is pinned as a network; it has A5 besides"),
    ({"together": (("A3", "A4"),)}, "network 'N-01' breaks together: A3 and A4 are to be together, and A4 is not"),
    ({"merge": (("A5", "A6"),)}, "network 'N-02' breaks merge: A5 and A6 are about to become one practice"),
    ({"apart": (("A1", "A3"),)}, "network 'N-01' breaks apart: A1 and A3 are to be apart"),
    ({"exclude": ("A7",)}, "network 'N-04' breaks exclude: A7 is to be in no network"),
    ({"hub_must": ("A1", "A2")}, "network 'N-01' breaks hub: It can have no hub: A1 and A2 are each to be"),
    ({"hub_may": ("A4", "B1")}, "network 'N-01' breaks hub: It can have no hub: none of its practices"),
    ({"longest_to_hub": 11.0, "hub_must": ("A1",)}, "network 'N-01' breaks longest_to_hub: No hub is within 11"),
    ({"longest_between": 11.0}, r"network 'N-01' breaks longest_between: A1 and A3 are 12\.0 minutes apart"),
    ({"least_practices": 3}, "network 'N-02' has 2 practices, outside 3-65536, and names no exception"),
    ({"most_practices": 2}, "network 'N-01' has 3 practices, outside 1-2, and names no exception"),
    (
        {"merge": (("B2", "B3"),), "least_practices": 3},
        "network 'S-01' has 2 practices, outside 3-65536, and names no exception",
    ),
    (
        {"areas": (AreaDemand("N", least=42_000),)},
        "network 'N-01' has 40,000 patients, outside 42,000-50,000, and names no exception",
    ),
    ({"areas": (AreaDemand("N", networks=3),)}, "area 'N' has 4 networks and 3 were asked for"),
    ({"networks": 4}, "area 'S' has 1 networks and 4 were asked for"),
    ({"pins": (("A7",),)}, "network 'N-04' names exception 'island' but is a pin"),
]  # fmt: skip


@pytest.mark.parametrize(("demands", "message"), BROKEN_DEMANDS)
def test_a_broken_demand_is_refused(sound: Sound, demands: dict[str, object], message: str) -> None:
    """The plan is sound but for one demand, and the message says which, in which network or area."""
    with pytest.raises(AuditError, match=message):
        sound.demanding(**demands).audit()


def test_too_many_practices_may_be_an_exception(sound: Sound) -> None:
    """Its patients are in the band, its practices are not."""
    plan = change(sound.plan, "N-01", exception="practices", explanation="No two of them reach the band.")
    sound.demanding(most_practices=2, merge=(("B2", "B3"),)).audit(plan)
    with pytest.raises(AuditError, match="names exception 'practices', but 40,000 patients are in the band"):
        sound.demanding(most_practices=3).audit(plan)


def test_pinned_is_the_exception_of_pins_outside_the_band(sound: Sound) -> None:
    """A7 with 5,000 patients is one; no other network may say that it is, nor a pin inside the band."""
    pinned = sound.demanding(pins=(("A4", "A5"), ("A7",)))
    plan = change(sound.plan, "N-04", exception="pinned")
    pinned.audit(plan)
    with pytest.raises(AuditError, match="network 'N-04' names pinned but its practices are not a pin"):
        sound.audit(plan)
    with pytest.raises(
        AuditError, match="'N-02' names exception 'pinned', but 45,000 patients are in the band"
    ):
        pinned.audit(change(plan, "N-02", exception="pinned", explanation="The planner pins it."))


def test_a_pin_may_be_larger_than_any_exception() -> None:
    """A5 to A7 have 80,000 patients."""
    networks = {
        "N-01": NETWORKS["N-01"],
        "N-02": (("A4",), "A4", None),
        "N-03": (("A5", "A6", "A7"), "A6", "pinned"),
        "S-01": NETWORKS["S-01"],
    }
    pinned = sound_plan(networks, Demands(pins=(("A5", "A6", "A7"),)))
    pinned.audit()
    with pytest.raises(
        AuditError, match="network 'N-03' has 80,000 patients, over the 59,999 of any exception"
    ):
        pinned.demanding().audit()


def test_what_is_over_the_band_by_itself_stands_alone() -> None:
    """A7 joins A6 of 60,000 only when the planner demands it, or when they are about to be one practice."""
    networks = {name: each for name, each in NETWORKS.items() if name != "N-04"}
    networks["N-03"] = (("A6", "A7"), "A6", "arithmetic")
    joined = sound_plan(networks, Demands())
    wider = dataclasses.replace(joined, rules=dataclasses.replace(joined.rules, exception_most=70_000))
    with pytest.raises(
        AuditError, match="'N-03' has others with A6 of 60,000 patients, over the most of 50,000"
    ):
        wider.audit()
    wider_together = dataclasses.replace(wider.rules, demands=Demands(together=(("A6", "A7"),)))
    dataclasses.replace(wider, rules=wider_together).audit()
    networks["N-03"] = (("A6", "A7"), "A6", "over_max_single_practice")
    merged = sound_plan(networks, Demands(merge=(("A6", "A7"),)))
    merged.audit()
    with pytest.raises(AuditError, match="names over_max_single_practice but is not one practice"):
        merged.demanding().audit()


def test_practices_that_merge_without_others_over_the_band() -> None:
    """A4 and A5 pass the band together under a lower most: A3 may not be with them."""
    networks = {
        "N-01": (("A1", "A2"), "A1", None),
        "N-02": (("A3", "A4", "A5"), "A4", "arithmetic"),
        **{name: NETWORKS[name] for name in ("N-03", "N-04", "S-01")},
    }
    demands = Demands(merge=(("A4", "A5"),), areas=(AreaDemand("N", most=44_000),))
    with pytest.raises(
        AuditError, match="'N-02' has others with A4 and A5 of 45,000 patients, over the most of 44,000"
    ):
        sound_plan(networks, demands).audit()


def test_practices_that_merge_are_neighbours() -> None:
    """A1 and A3 border only through A2, which is elsewhere; the bridge between them is published."""
    networks = {
        "N-01": (("A1", "A3"), "A1", "stranded"),
        "N-02": NETWORKS["N-02"],
        "N-03": NETWORKS["N-03"],
        "N-04": NETWORKS["N-04"],
        "N-05": (("A2",), "A2", "stranded"),
        "S-01": NETWORKS["S-01"],
    }
    merged = sound_plan(networks, Demands(merge=(("A1", "A3"),)))
    merged.audit()
    unpublished = tuple(edge for edge in merged.plan.edges if (edge.code_a, edge.code_b) != ("A1", "A3"))
    with pytest.raises(AuditError, match="edge A1-A3 is in the graph but not published"):
        merged.audit(dataclasses.replace(merged.plan, edges=unpublished))


def test_who_is_left_out_is_who_the_planner_leaves_out() -> None:
    """A7 is unplaced with a reason; it may not be so by itself, nor may another be."""
    networks = {name: each for name, each in NETWORKS.items() if name != "N-04"}
    left_out = sound_plan(networks, Demands(exclude=("A7",)), "A7")
    left_out.audit()
    with pytest.raises(AuditError, match="practice A7 is unplaced, its area has a plan, and nobody demands"):
        left_out.demanding().audit()
    with pytest.raises(AuditError, match="practice A7 is in no network and not listed as unplaced"):
        left_out.audit(unplaced(left_out.plan))
    with pytest.raises(AuditError, match="practice A7 is unplaced without a reason"):
        left_out.audit(unplaced(left_out.plan, ("A7", "")))


def test_what_was_not_planned_yet_may_break_demands() -> None:
    """An interrupted run's leftover keeps only who is to be left out, and is not counted."""
    leftover = two_practices(40_000, "not_planned")
    leftover.demanding(apart=(("C1", "C2"),), networks=3, longest_between=1.0).audit()
    with pytest.raises(AuditError, match="network '1' breaks exclude: C2 is to be in no network"):
        leftover.demanding(exclude=("C2",)).audit()
