"""Questions about areas of a few thousand feasible networks, answered near an old plan and anew."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.spatial import Delaunay

from netform.rules.demands import Demands
from netform.rules.toml import load_profile
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.outcome import Options
from netform.solve.reoptimise import large_list
from netform.solve.reoptimise.large_list import PricedOut, Reoptimiser
from tests.made_up_session import solved
from tests.solve.reoptimise.test_changed_rules import base_of, few_at_first
from tests.strategies import made_up_area

if TYPE_CHECKING:
    import networkx as nx

RULES = load_profile()


def area(seed: int, practices: int = 30) -> nx.Graph:
    """Scatter practices over 30 km, each a neighbour of those around it."""
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 30_000, (practices, 2))
    corners = np.sort(Delaunay(points).simplices, axis=1)
    pairs = {(int(c[a]), int(c[b])) for c in corners for a, b in ((0, 1), (0, 2), (1, 2))}
    sizes = rng.integers(4000, 16_000, practices)
    return made_up_area(
        [int(size) for size in sizes], [(int(x), int(y)) for x, y in points], sorted(pairs), RULES
    )


def test_plans_of_fewer_and_of_more_networks_are_as_good_as_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked at apart, in branches of branches too, they come to the plan that is solved anew."""
    branched_on_count: list[tuple[float, float]] = []
    count_branches = Reoptimiser.branched_on_count

    def told(self, *given):  # type: ignore[no-untyped-def]
        branched_on_count.append(self.between)
        return count_branches(self, *given)

    monkeypatch.setattr(Reoptimiser, "branched_on_count", told)
    few_at_first(monkeypatch, 50, 0)
    for seed in (0, 1, 2, 5):
        graph = area(seed)
        base = base_of(graph, RULES)
        assert base is not None
        number = len(base.outcome.networks)
        pin = max((placed.practice_codes for placed in base.outcome.networks), key=len)
        neighbour = min(set(graph[pin[0]]) - set(pin))
        for changed in (
            *(RULES.with_weights({"patient_travel": weight}) for weight in (0.25, 2.0)),
            *(RULES.with_weights({"overhead": weight}) for weight in (0.3, 3.0)),
            *(
                replace(RULES.with_weights({"overhead": 3.0}), demands=demands)
                for demands in (
                    Demands(pins=(pin,)),
                    Demands(pins=((*pin, neighbour),)),
                    Demands(exclude=(pin[0],)),
                    Demands(together=((pin[0], neighbour),)),
                    Demands(hub_must=(pin[-1],)),
                    Demands(networks=number),
                    # A pin may be beyond the limits.
                    Demands(pins=(pin,), most_practices=len(pin) - 1),
                    Demands(pins=(pin,), hub_may=tuple(code for code in graph if code not in pin)),
                )
            ),
        ):
            found = base.solve(changed, Options(), NEVER)
            anew = solved(graph, changed, keep=False)
            assert found is not None
            assert found.result.status == anew.result.status
            assert found.result.cost == pytest.approx(anew.result.cost, rel=3e-7)
            assert found.result.bound == pytest.approx(found.result.cost, rel=3e-7)
    assert len(branched_on_count) > 10
    assert any(between != branched_on_count[0] for between in branched_on_count)


def test_where_a_branch_is_not_near_the_whole_is_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cuts over few columns make fewer as near then."""
    asked = []
    monkeypatch.setattr(Reoptimiser, "branched_on_count", lambda *given: asked.append(given))
    few_at_first(monkeypatch, 50, 0)
    graph = area(0)
    base = base_of(graph, RULES)
    assert base is not None
    for weights in ({"patient_travel": 0.25}, {"overhead": 3.0}, {"stranded_posts": 3.0}):
        changed = RULES.with_weights(weights)
        found = base.solve(changed, Options(), NEVER)
        assert found is not None
        assert found.result.cost == pytest.approx(solved(graph, changed, keep=False).result.cost, rel=3e-7)
    assert asked


@pytest.mark.parametrize("risen", [0.0, 10.0])
def test_with_more_time_no_less_is_proven(monkeypatch: pytest.MonkeyPatch, risen: float) -> None:
    """Whenever time is up, in branches or with cuts over few columns: what was proven before stays so."""
    few_at_first(monkeypatch, 50, 0)
    monkeypatch.setattr(large_list, "LARGE_LIST", replace(large_list.LARGE_LIST, risen=risen))
    graph = area(0)
    base = base_of(graph, RULES)
    assert base is not None
    changed = RULES.with_weights({"overhead": 3.0})
    cost = solved(graph, changed, keep=False).result.cost
    price_out, priced = Reoptimiser.priced_out, list[PricedOut | None]()

    def told(self, *given):  # type: ignore[no-untyped-def]
        priced.append(price_out(self, *given))
        return priced[-1]

    monkeypatch.setattr(Reoptimiser, "priced_out", told)
    known, statuses = 0.0, set()
    for looks in range(60):
        priced.clear()
        times = itertools.chain([0.0] * looks, itertools.repeat(2.0))
        found = base.solve(changed, Options(), Deadline(1.0, lambda times=times: next(times)))  # type: ignore[misc]
        assert found is not None
        assert found.result.bound is not None
        # The first is priced out over all plans.
        first = priced[0].bound if priced[0] is not None else 0.0
        assert max(known, first) <= found.result.bound <= cost * (1 + 1e-7)
        known = found.result.bound
        statuses.add(found.result.status)
    assert statuses == {"feasible", "optimal"}
