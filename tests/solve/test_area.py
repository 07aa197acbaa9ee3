"""One area: exceptions by hand, their reasons, what is told on the way, and what too long a list leads to."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.errors import ImpossibleError, RulesError
from netform.explain.obstacles import place
from netform.rules.demands import Demands
from netform.rules.toml import load_profile
from netform.scores import network_cost, network_terms
from netform.solve import area
from netform.solve.area import AreaOutcome, Options, Progress, solve_area
from netform.solve.model.budget import Deadline
from netform.solve.model.outcome import Doubt, Obstacle
from tests.brute_force import best_plan
from tests.examples import examples
from tests.strategies import made_up_area, small_areas

if TYPE_CHECKING:
    from netform.rules.model import Rules

RULES = load_profile()  # 30,000 to 50,000, exceptions of several up to 59,999


def line(list_sizes: list[int], pairs: list[tuple[int, int]] | None = None) -> nx.Graph:
    """Make practices P0, P1, ... a kilometre apart, each bordering the next unless pairs are given."""
    points = [(1000 * k, 0) for k in range(len(list_sizes))]
    following = [(k, k + 1) for k in range(len(list_sizes) - 1)]
    return made_up_area(list_sizes, points, following if pairs is None else pairs, RULES)


def solve(
    graph: nx.Graph, rules: Rules = RULES, options: Options | None = None, progress: Progress | None = None
) -> AreaOutcome:
    """Plan all practices of a graph as area 15F."""
    return solve_area(graph, "15F", list(graph), rules, options or Options(), progress or Progress())


def groups(outcome: AreaOutcome) -> list[str]:
    """Write the networks as ``"P0 P1"``."""
    return [" ".join(sorted(network.practice_codes)) for network in outcome.networks]


def test_two_networks_in_a_row() -> None:
    """Four of 15,000 are two neighbouring pairs, at what their terms add up to."""
    graph = line([15_000] * 4)
    outcome = solve(graph)
    assert groups(outcome) == ["P0 P1", "P2 P3"]
    assert all(network.exception is None for network in outcome.networks)
    cost = 2 * network_cost(network_terms(graph, ("P0", "P1"), RULES), RULES)
    result = outcome.result
    assert (result.area, result.status, result.practices, result.networks) == ("15F", "optimal", 4, 2)
    assert result.cost == pytest.approx(cost)
    assert result.bound == pytest.approx(cost)
    assert result.notes == ()


def test_exceptions_have_the_reason_that_touches_them() -> None:
    """An island of 10,000, a practice of 50,001, and 30,000 that need no excuse."""
    graph = line([10_000, 50_001, 30_000], [(0, 1), (1, 2)])
    outcome = solve(graph)
    assert [(network.practice_codes, network.exception) for network in outcome.networks] == [
        (("P0",), "island"),
        (("P1",), "over_max_single_practice"),
        (("P2",), None),
    ]
    assert outcome.networks[0].explanation is not None
    assert outcome.networks[0].explanation.startswith("10,000 patients. P0 has 10,000 patients")
    alone = outcome.networks[1].explanation or ""
    assert alone.startswith(
        "P1 alone has 50,001 patients, over the most of 50,000. With a most of 50,001 patients"
    )
    assert outcome.result.status == "optimal"
    assert len(outcome.result.notes) == 2


def test_the_fewest_patients_outside_decide_between_exceptions() -> None:
    """55,000 in a row as one are over by 5,000; as 30,000 and 25,000 short by 5,000: the cheaper is taken."""
    graph = line([15_000, 15_000, 10_000, 15_000])
    outcome = solve(graph)
    best = best_plan(graph, RULES)
    assert best is not None
    assert best[:2] == (1, 5_000)
    assert outcome.result.cost == pytest.approx(best.cost)
    assert sum(network.exception == "arithmetic" for network in outcome.networks) == 1


def test_one_patient_decides() -> None:
    """Two exceptions at least: by 30 patients in all, where many cheaper plans have 31."""
    rules = load_profile().with_band(35, 38).with_weights({"staff_travel": 0, "stranded_posts": 2.5})
    pairs = [
        (0, 3), (0, 4), (0, 7), (1, 3), (1, 4), (1, 5), (1, 7), (2, 3), (2, 4), (2, 5), (2, 6), (3, 4),
        (3, 5), (3, 6), (4, 6), (4, 7), (5, 6), (6, 7),
    ]  # fmt: skip
    points = [(3, 1), (2, 1), (1, 0), (2, 1), (0, 2), (1, 2), (3, 2), (2, 1)]
    graph = made_up_area([34, 4, 26, 25, 24, 23, 3, 5], points, pairs, rules)
    best = best_plan(graph, rules)
    assert best is not None
    assert best[:2] == (2, 30)
    outcome = solve(graph, rules)
    sizes = [sum(graph.nodes[code]["list_size"] for code in net.practice_codes) for net in outcome.networks]
    outside = [max(0, 35 - size, size - 38) for size in sizes]
    assert (sum(amount > 0 for amount in outside), sum(outside)) == (2, 30)
    assert outcome.result.cost == pytest.approx(best.cost)


def test_no_practice_is_left_out_of_free_networks() -> None:
    """With every weight zero, six practices whose only networks of the band overlap are all placed."""
    rules = RULES.with_band(35_000, 55_000).with_weights({name: 0.0 for name, _ in RULES.weights})
    pairs = [(0, 2), (0, 3), (0, 4), (0, 5), (2, 5), (3, 4), (3, 5), (4, 5)]
    sizes = [15_000, 11_595, 15_088, 14_000, 4_894, 16_000]
    graph = made_up_area(sizes, [(1000 * k, 0) for k in range(6)], pairs, rules)
    outcome = solve(graph, rules)
    assert sorted(" ".join(groups(outcome)).split()) == [f"P{k}" for k in range(6)]


def test_strict_names_every_reason() -> None:
    """Both the oversize practice and the island are spoken of before anything is tried."""
    with pytest.raises(ImpossibleError, match=r"area 15F: P1 alone has 50,001 patients"):
        solve(line([30_000, 50_001]), options=Options(strict=True))
    with pytest.raises(ImpossibleError, match=r"area 15F: P0 has 10,000 patients"):
        solve(line([10_000]), options=Options(strict=True))


def test_strict_refuses_what_only_the_map_forbids() -> None:
    """35,000 and 25,000 twice are 120,000, four of the band by arithmetic, but 25,000 has only one neighbour.

    P0 25,000 - P1 35,000 - P2 35,000 - P3 25,000: P0 needs P1 (60,000), over the band.
    """
    graph = line([25_000, 35_000, 35_000, 25_000])
    with pytest.raises(ImpossibleError):
        solve(graph, options=Options(strict=True))
    assert best_plan(graph, RULES)[:2] == (2, 10_000)  # type: ignore[index]


def test_a_number_of_networks_is_kept_or_refused() -> None:
    """120,000 patients of eight practices: three or four networks, five with exceptions, never nine."""
    graph = line([15_000] * 8)
    assert len(solve(graph, replace(RULES, demands=Demands(networks=3))).networks) == 3
    assert len(solve(graph, replace(RULES, demands=Demands(networks=4))).networks) == 4
    five = solve(graph, replace(RULES, demands=Demands(networks=5)))
    # 15,000 and 15,000 alone, and three pairs: two exceptions.
    assert sorted(len(each.practice_codes) for each in five.networks) == [1, 1, 2, 2, 2]
    assert (five.result.status, five.result.exceptions_bound) == ("optimal", 2)
    assert "3 to 4 can" in five.result.notes[0]
    with pytest.raises(RulesError, match="3 to 8 can"):
        solve(graph, replace(RULES, demands=Demands(networks=9)))


def test_an_area_without_practices_costs_nothing() -> None:
    """The empty area is planned."""
    result = solve(line([30_000]).subgraph([])).result
    assert (result.status, result.cost, result.networks) == ("optimal", 0.0, 0)


def test_what_is_told_on_the_way() -> None:
    """Stages in order; every plan told of is whole, not below its bound, better than the one before."""
    graph = line([9_000, 8_000, 12_000, 7_000, 15_000, 11_000, 9_500, 13_000, 14_000, 6_000, 20_000, 5_000])
    stages: list[str] = []
    told: list[AreaOutcome] = []
    progress = Progress(on_stage=stages.append, on_plan=told.append)
    outcome = solve(graph, progress=progress)
    assert list(dict.fromkeys(stages))[:4] == ["first plan", "bound", "enumerate", "score"]
    assert set(stages) == set(outcome.result.seconds)
    for each in told:
        assert sorted(" ".join(groups(each)).split()) == sorted(graph)
        assert each.result.bound <= each.result.cost + 1e-9
    worth = [(sum(each.exception is not None for each in one.networks), one.result.cost) for one in told]
    assert worth == sorted(worth, reverse=True)
    assert outcome.result.cost <= worth[-1][1] + 1e-9
    bounds = [each.result.bound for each in told]
    assert bounds == sorted(bounds)
    assert [step.step for step in outcome.result.log][-1] == "end"
    assert len(outcome.result.log) == len(told) + 1


def test_every_part_has_a_plan_before_any_is_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    """P0 to P3 and P4 to P7 are not joined: whoever stops the run once the long work begins has a plan of both."""
    graph = line([15_000, 16_000, 17_000, 14_000, 16_000, 15_000, 17_000, 14_000])
    graph.remove_edge("P3", "P4")
    told: list[AreaOutcome] = []

    def endless(_part: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(area, "solve_part", endless)
    with pytest.raises(KeyboardInterrupt):
        solve(graph, progress=Progress(on_plan=told.append))
    first, last = told[0], told[-1]
    assert not first.whole
    assert last.whole
    assert {network.exception for network in last.networks} == {None}
    assert last.doubt == Doubt("time")


def test_a_proven_area_leaves_no_doubt() -> None:
    """No network could make a better plan, says the last row of its log."""
    graph = line([9_000, 8_000, 12_000, 7_000, 15_000, 11_000, 9_500, 13_000, 14_000, 6_000, 20_000, 5_000])
    proven = solve(graph)
    assert (proven.result.status, proven.doubt, proven.result.log[-1].columns) == ("optimal", None, 0)


@given(small_areas(most=7), st.integers(0, 60))
@examples(150)
def test_whenever_time_runs_out_the_plan_is_whole(drawn: tuple[nx.Graph, Rules], looks: int) -> None:
    """Every practice once in connected networks, as good as is said: optimal is best, the bound holds."""
    graph, rules = drawn
    best = best_plan(graph, rules)
    assert best is not None
    ticks = count()
    deadline = Deadline(float(looks), lambda: float(next(ticks)))
    told: list[AreaOutcome] = []
    outcome = solve(graph, rules, progress=Progress(deadline=deadline, on_plan=told.append))
    for each in (*told, outcome):
        assert sorted(" ".join(groups(each)).split()) == sorted(graph)
    assert all(nx.is_connected(graph.subgraph(network.practice_codes)) for network in outcome.networks)
    exceptions = sum(network.exception is not None for network in outcome.networks)
    assert exceptions >= best.exceptions
    slack = 1e-6 * max(1.0, best.cost)
    if outcome.result.status == "optimal":
        assert exceptions == best.exceptions
        assert outcome.result.cost == pytest.approx(best.cost, rel=1e-6, abs=1e-6)
    if exceptions == best.exceptions == 0:
        assert outcome.result.cost >= best.cost - slack
    if best.exceptions == 0:
        assert outcome.result.bound <= best.cost + slack


def test_an_exception_has_the_reason_of_its_own_part() -> None:
    """P0 P1 and P2 P3 are two parts; a reason that touches P0 alone explains P1, and one of P2 explains P3.

    What would remove a reason is said of all of its part, and what a rule over the area would save only with it.
    """
    graph = line([10_000] * 4, [(0, 1), (2, 3)])
    first = Obstacle("island", ("P0",), "First.", ("Mend the first.",))
    second = Obstacle("island", ("P2",), "Second.")
    over = Obstacle("networks", ("P0", "P1", "P2", "P3"), "Over.", ("Mend over.",))
    placed = place(graph, (("P1",), ("P3",)), RULES, (first, second))
    assert [each.explanation for each in placed] == [
        "10,000 patients. First. Mend the first.",
        "10,000 patients. Second.",
    ]
    placed = place(graph, (("P1",), ("P2",)), RULES, (first, second, over))
    assert [each.explanation for each in placed] == [
        "10,000 patients. Over. Mend over.",
        "10,000 patients. Second.",
    ]
