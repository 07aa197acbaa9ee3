"""Questions about areas of a few thousand feasible networks, answered near an old plan and anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.spatial import Delaunay

from netform.demands import Demands
from netform.rules_file import load_profile
from netform.solve.deadline import NEVER
from netform.solve.nearby import Nearby
from netform.solve.outcome import Options
from tests.made_up_session import solved
from tests.solve.test_again import base_of, few_at_first
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
    """Looked at apart, in halves of halves too, they come to the plan that is solved anew."""
    halved: list[tuple[float, float]] = []
    halves = Nearby.halved

    def told(self, *given):  # type: ignore[no-untyped-def]
        halved.append(self.between)
        return halves(self, *given)

    monkeypatch.setattr(Nearby, "halved", told)
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
                )
            ),
        ):
            found = base.solve(changed, Options(), NEVER)
            anew = solved(graph, changed, keep=False)
            if found is not None:
                assert found.result.status == anew.result.status
                assert found.result.cost == pytest.approx(anew.result.cost, rel=3e-7)
                assert found.result.bound == pytest.approx(found.result.cost, rel=3e-7)
    assert len(halved) > 10
    assert any(between != halved[0] for between in halved)
