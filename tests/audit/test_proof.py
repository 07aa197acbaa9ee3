"""What a plan costs and what is proven: every number is what its definition gives."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import pytest

from netform.errors import AuditError
from netform.plan.model import SolveStep, Unplaced
from netform.rules.demands import Demands
from netform.scores import TERMS
from tests.audit.sound import NETWORKS, area, change, network, sound_plan, without

if TYPE_CHECKING:
    from collections.abc import Callable

    from netform.plan.model import Plan
from tests.audit.sound import Broken, Sound


def _terms(name: str) -> list[Broken]:
    """A case for each term of a network, each more than a millionth off."""

    def shifted(term: str) -> Callable[[Plan], Plan]:
        def mutate(plan: Plan) -> Plan:
            terms = dict(network(plan, name).terms)
            terms[term] += 3e-6 * max(1.0, terms[term])
            return change(plan, name, terms=terms)

        return mutate

    return [
        (f"{term} is off", shifted(term), f"network '{name}': {term} says .* its definition gives")
        for term in TERMS
    ]


HUBS: list[Broken] = [
    (
        "hub not a member",
        lambda p: change(p, "N-02", hub_code="A3"),
        "network 'N-02': hub A3 is not a member",
    ),
    (
        "hub not the best",
        lambda p: change(p, "N-02", hub_code="A5", minutes_to_hub=network(p, "N-02").minutes_to_hub[::-1]),
        "network 'N-02': hub A5 is not the best, patients reach A4 sooner",
    ),
    (
        "minutes missing",
        lambda p: change(p, "N-02", minutes_to_hub=(0.0,)),
        "network 'N-02' gives 1 minutes to the hub for 2 practices",
    ),
    (
        # 5.4 + 2.92 * 2 ** 0.737 = 10.267
        "minutes wrong",
        lambda p: change(p, "N-02", minutes_to_hub=(0.0, 10.3)),
        r"network 'N-02': A5 is 10\.26\d* minutes from the hub, not 10\.3",
    ),
    *_terms("N-01"),
    (
        "term missing",
        lambda p: change(p, "N-01", terms={k: v for k, v in p.networks[0].terms.items() if k != "overhead"}),
        "network 'N-01' lacks terms or has unknown ones: overhead",
    ),
    (
        "term unknown",
        lambda p: change(p, "N-01", terms={**p.networks[0].terms, "charm": 0.0}),
        "network 'N-01' lacks terms or has unknown ones: charm",
    ),
]


def _first_post(plan: Plan, **changes: object) -> Plan:
    """The plan with fields of the first shared post of N-01 changed."""
    first, *others = network(plan, "N-01").posts
    return change(plan, "N-01", posts=(dataclasses.replace(first, **changes), *others))


POSTS: list[Broken] = [
    *(
        (
            f"posts {field} wrong",
            lambda p, field=field: _first_post(p, **{field: 9.9}),
            rf"network 'N-01': .* says 9\.9 posts {field}, its definition gives",
        )
        for field in ("due", "whole", "stranded")
    ),
    (
        "posts without their price",
        lambda p: _first_post(p, pounds_year=None),
        "network 'N-01': .* says None pounds, its definition gives",
    ),
    (
        "posts at another price",
        lambda p: _first_post(p, pounds_year=1.0),
        r"network 'N-01': .* says 1\.0 pounds, its definition gives",
    ),
    (
        "a post missing",
        lambda p: change(p, "N-01", posts=network(p, "N-01").posts[1:]),
        "network 'N-01': its shared posts are not those of the rules' roles",
    ),
    (
        "minutes a move wrong",
        lambda p: change(p, "N-01", minutes_per_move=99.0),
        r"network 'N-01' says 99\.0 minutes a move, its definition gives",
    ),
]

AREAS: list[Broken] = [
    (
        "area cost wrong",
        lambda p: change(p, "N", cost=area(p, "N").cost * (1 + 2e-6), bound=area(p, "N").cost),
        "area 'N' says cost .*, its networks' terms sum to",
    ),
    (
        "area with networks and no cost",
        lambda p: change(p, "S", cost=None, bound=None, status="unknown"),
        "area 'S' has networks and no cost",
    ),
    (
        "area's practices wrong",
        lambda p: change(p, "N", practices=6),
        "area 'N' says 6 practices, the list has 7",
    ),
    (
        "area's networks wrong",
        lambda p: change(p, "N", networks=5),
        "area 'N' says 5 networks, the plan has 4",
    ),
    (
        "area missing",
        lambda p: dataclasses.replace(p, areas=p.areas[:1]),
        r"the areas are not those of the list, once each, in order: \['S'\]",
    ),
    (
        "area doubled",
        lambda p: dataclasses.replace(p, areas=(*p.areas, p.areas[1])),
        r"the areas are not those of the list, once each, in order: \['S'\]",
    ),
    (
        "areas out of order",
        lambda p: dataclasses.replace(p, areas=p.areas[::-1]),
        r"the areas are not those of the list, once each, in order: \['S', 'N'\]",
    ),
    (
        "more exceptions needed than there are",
        lambda p: change(p, "N", exceptions_bound=3),
        "area 'N' says that 3 exceptions are needed, its plan has 2",
    ),
    (
        "exceptions needed are no number",
        lambda p: change(p, "S", exceptions_bound=-1),
        "area 'S' says that -1 exceptions are needed, which is no number of networks",
    ),
    (
        "half an exception needed",
        lambda p: change(p, "N", exceptions_bound=0.5),
        r"area 'N' says that 0\.5 exceptions are needed",
    ),
    (
        "log with a number that is none",
        lambda p: change(p, "N", log=(SolveStep(math.nan, "end", None, 0.0, area(p, "N").cost, 2),)),
        "area 'N': log: seconds is nan",
    ),
    (
        "log that goes back",
        lambda p: change(
            p, "N", log=tuple(SolveStep(s, "end", 1, 0.0, area(p, "N").cost, 2) for s in (2.0, 1.0))
        ),
        r"the solve log at 1\.0 seconds comes after 2\.0",
    ),
    (
        "log with a bound above its plan",
        lambda p: change(p, "N", log=(SolveStep(1.0, "end", 1, 1e9, area(p, "N").cost, 2),)),
        "the solve log at .* has bound .* above cost",
    ),
    (
        "log that counts less than nothing",
        lambda p: change(p, "N", log=(SolveStep(1.0, "end", -1, 0.0, area(p, "N").cost, 2),)),
        "the solve log at .* counts less than nothing",
    ),
    (
        "log that ends elsewhere",
        lambda p: change(p, "N", log=(SolveStep(1.0, "end", 1, 0.0, 1.0, 2),)),
        r"area 'N': its solve log ends at cost 1\.0, its plan costs",
    ),
    (
        "bound above cost",
        lambda p: change(p, "N", bound=area(p, "N").cost * (1 + 2e-6), status="feasible"),
        "area 'N': bound .* is above cost",
    ),
    (
        "optimal with a gap",
        lambda p: change(p, "N", bound=area(p, "N").cost * (1 - 2e-6)),
        "area 'N' is optimal but its bound .* does not meet its cost",
    ),
    (
        "optimal without a bound",
        lambda p: change(p, "N", bound=None),
        "area 'N' is optimal but its bound None does not meet its cost",
    ),
    (
        "infeasible with a plan",
        lambda p: change(p, "N", status="infeasible"),
        "area 'N' is 'infeasible' with cost",
    ),
    (
        "optimal without a plan",
        lambda p: change(without(p, "S-01"), "S", cost=None, bound=None, networks=0),
        "area 'S' is 'optimal' with cost None",
    ),
    (
        "optimal with a bound and no plan",
        lambda p: change(without(p, "S-01"), "S", cost=None, networks=0),
        "area 'S' is 'optimal' with cost None",
    ),
    (
        "status unknown to the contract",
        lambda p: change(p, "N", status="best"),
        "area 'N' has unknown status 'best'",
    ),
]

BROKEN = [*HUBS, *POSTS, *AREAS]


@pytest.mark.parametrize(
    ("mutate", "message"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN]
)
def test_a_broken_plan_is_refused(sound: Sound, mutate: Callable[[Plan], Plan], message: str) -> None:
    """One thing is wrong, and the message says which, in which network or area."""
    with pytest.raises(AuditError, match=message):
        sound.audit(mutate(sound.plan))


def test_a_sound_plan_passes(sound: Sound) -> None:
    """Nothing is raised."""
    sound.audit()


def test_an_area_without_a_plan_passes(sound: Sound) -> None:
    """Its practices are unplaced with the reason; it has no cost, though there may be a bound."""
    plan = change(sound.plan, "S", status="unknown", cost=None, bound=5.0, networks=0)
    networks = tuple(each for each in plan.networks if each.area != "S")
    unplaced = tuple(Unplaced(code, "no plan was found in the time") for code in ("B1", "B2", "B3"))
    sound.audit(dataclasses.replace(plan, networks=networks, unplaced=unplaced), networks=4)


def test_an_honest_gap_passes(sound: Sound) -> None:
    """A plan that is not proven best may cost more than its bound, or have no bound."""
    sound.audit(change(sound.plan, "N", status="feasible", bound=0.0))
    sound.audit(change(sound.plan, "S", status="feasible", bound=None))


def test_weights_enter_the_cost(sound: Sound) -> None:
    """The same plan under other weights costs something else."""
    heavier = dataclasses.replace(sound, rules=sound.rules.with_weights({"overhead": 2.0}))
    with pytest.raises(AuditError, match=r"area 'S' says cost .*, its networks' terms sum to"):
        heavier.audit()


def test_a_hub_that_the_planner_does_not_allow_is_refused(sound: Sound) -> None:
    """A4 is the best of N-02, but only A5 may be its hub."""
    with pytest.raises(AuditError, match="network 'N-02': hub A4 may not be the hub, A5 may"):
        sound.demanding(hub_may=("A1", "A5", "A6", "A7", "B1")).audit()


def test_the_best_of_the_hubs_that_the_planner_allows_passes() -> None:
    """A5 is the only one that may be, and everything is counted to it."""
    networks = {**NETWORKS, "N-02": (("A4", "A5"), "A5", None)}
    sound_plan(networks, Demands(hub_must=("A5",))).audit()
