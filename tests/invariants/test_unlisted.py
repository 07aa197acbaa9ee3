"""Where networks cannot be listed every demand is kept as well, and no more is said to be proven than holds."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.errors import ImpossibleError, NoPlanError, RulesError
from netform.plan.grouping import Grouping, Moves
from netform.rules.demands import Demands
from netform.rules.toml import load_profile
from netform.solve.area import Options, Progress, solve_area
from netform.solve.model.budget import Deadline, MemoryBudget
from tests.brute_force import keeps_moves, plan_hours, plans_by_exceptions
from tests.examples import examples
from tests.invariants.test_demands import FIXED, PROVEN, about, assert_refused_rightly, groups_of
from tests.made_up_session import demanded
from tests.strategies import made_up_area, small_areas, starts

if TYPE_CHECKING:
    import networkx as nx

    from netform.plan.grouping import Groups
    from netform.rules.model import Rules
    from netform.solve.area import AreaOutcome

KINDS = ("pins", "together", "apart", "exclude", "networks", "most_practices")

# Looks at the clock, so that a run ends early on any machine alike.
LOOKS = 300.0


def unlisted(graph: nx.Graph, rules: Rules, moves: Moves | None, room: int) -> AreaOutcome:
    """Plan an area with room for so many bytes, until the clock was looked at so often."""
    ticks = count()
    progress = Progress(deadline=Deadline(LOOKS, lambda: float(next(ticks))))
    return solve_area(
        graph, "", list(graph), rules, Options(moves=moves, memory=MemoryBudget(room)), progress
    )


def assert_sound(
    graph: nx.Graph, rules: Rules, outcome: AreaOutcome, plans: dict[tuple[int, int], list[Groups]]
) -> None:
    """Hold an outcome to all divisions that keep the demands: it is one of them, and its bounds hold.

    Parameters
    ----------
    graph, rules : networkx.Graph, Rules
    outcome : AreaOutcome
    plans : dict
        As `plans_by_exceptions` gives them.
    """
    plan, result = groups_of(outcome), outcome.result
    (key,) = [key for key, some in plans.items() if plan in some] or [None]
    assert key is not None, f"a demand is broken by {plan}"
    fixed = sum(each.exception in FIXED for each in outcome.networks)
    exceptions = sum(each.exception is not None for each in outcome.networks)
    assert exceptions - fixed == key[0]
    fewest = min(plans)
    hours = {each: min(plan_hours(graph, some, rules)) for each, some in plans.items()}
    slack = PROVEN * max(hours.values()) + 1e-6
    assert result.cost is not None
    assert result.bound is not None
    assert result.cost >= hours[key] - slack
    assert result.exceptions_bound <= fewest[0] + fixed
    # Of as near the band as the plan are those that come to no more exceptions, and of as many to no more patients.
    assert result.bound <= slack + min(least for each, least in hours.items() if each <= key)
    if result.status == "optimal":
        assert key == fewest
        assert result.cost == about(hours[fewest])


@given(small_areas(most=7, least=2), st.sampled_from([0, 400, 4_000]), st.data())
@examples(100)
def test_every_demand_is_kept(drawn: tuple[nx.Graph, Rules], room: int, data: st.DataObject) -> None:
    """Number of networks, together, apart, pins, sizes and moves; an error only where no plan keeps them all."""
    graph, rules = drawn
    rules = data.draw(demanded(graph, rules, kinds=KINDS))
    moves = data.draw(st.one_of(st.none(), starts(graph)))
    keeps = (lambda _plan: True) if moves is None else keeps_moves(graph, moves)
    try:
        outcome = unlisted(graph, rules, moves, room)
    except (ImpossibleError, RulesError, NoPlanError):
        assert_refused_rightly(graph, rules, moves)
        return
    assert_sound(graph, rules, outcome, plans_by_exceptions(graph, rules, keeps))


ROW = [25_000, 20_000, 20_000, 25_000, 25_000, 20_000, 20_000, 20_000]


def row() -> nx.Graph:
    """Make eight practices in a row, 175,000 patients: four networks within the band, or five."""
    points = [(1000 * k, 0) for k in range(8)]
    return made_up_area(ROW, points, [(k, k + 1) for k in range(7)], load_profile())


@pytest.mark.parametrize(
    "demands",
    [
        Demands(networks=4),
        Demands(networks=5),
        Demands(together=(("P1", "P2"),)),
        Demands(apart=(("P2", "P3"), ("P0", "P1"))),
        Demands(pins=(("P6", "P7"),)),
        Demands(networks=5, together=(("P3", "P4"),), apart=(("P0", "P1"),)),
    ],
)
def test_a_demand_where_nothing_can_be_listed(demands: Demands) -> None:
    """Each by itself, and some at once: kept, at no less than the proven optimum of the list."""
    graph, rules = row(), replace(load_profile(), demands=demands)
    listed = solve_area(graph, "", list(graph), rules, Options(), Progress())
    outcome = unlisted(graph, rules, None, 0)
    assert listed.result.status == "optimal"
    assert_sound(graph, rules, outcome, plans_by_exceptions(graph, rules))
    exceptions, fewest = (
        sum(each.exception is not None for each in some.networks) for some in (outcome, listed)
    )
    assert exceptions == fewest


@pytest.mark.parametrize("practices", [0, 1, 2])
def test_moves_are_limited_where_nothing_can_be_listed(practices: int) -> None:
    """Today P0 P1 | P2 P3 | P4 P5 | P6 P7 is within the band: with two moved at most, and with none."""
    graph, rules = row(), load_profile()
    start = Grouping("today", {name: (f"P{2 * k}", f"P{2 * k + 1}") for k, name in enumerate("ABCD")})
    patients = {name: ROW[2 * k] + ROW[2 * k + 1] for k, name in enumerate("ABCD")}
    moves = Moves(start, patients, practices=practices)
    outcome = unlisted(graph, rules, moves, 0)
    assert all(each.exception is None for each in outcome.networks)
    assert_sound(graph, rules, outcome, plans_by_exceptions(graph, rules, keeps_moves(graph, moves)))
