"""Whether practices can be divided into networks: by trying every division."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.explain import divisible as module
from netform.explain.divisible import divisible
from netform.rules.breaches import breaches
from netform.rules.demanded_graph import demanded_graph
from netform.rules.demands import Demands
from netform.rules.toml import load_profile
from netform.solve.model.budget import NEVER, Deadline
from tests.brute_force import partitions
from tests.examples import examples
from tests.strategies import made_up_area, small_areas

if TYPE_CHECKING:
    import networkx as nx

    from netform.rules.model import Rules


def can_be_divided(graph: nx.Graph, codes: list[str], rules: Rules, networks: int | None = None) -> bool:
    """Try every division of what is neither pinned nor left out."""
    graph = demanded_graph(graph, rules.demands)
    pinned = {code for pin in rules.demands.pins for code in pin}
    free = sorted(set(codes) - pinned - set(rules.demands.exclude))
    return any(
        networks in (None, len(groups)) and not any(breaches(graph, group, rules) for group in groups)
        for groups in partitions(free)
    )


@st.composite
def demanding_areas(draw: st.DrawFn, most: int = 7) -> tuple[nx.Graph, Rules]:
    """Draw a small area whose planner demands up to three things, of every kind."""
    graph, rules = draw(small_areas(most=most, least=2))
    codes = sorted(graph)
    some = st.lists(st.sampled_from(codes), min_size=2, max_size=3, unique=True).map(
        lambda each: (tuple(sorted(each)),)
    )
    one = st.sampled_from(codes).map(lambda code: (code,))
    values = {
        "pins": some,
        "together": some,
        "apart": some,
        "merge": some,
        "exclude": one,
        "hub_must": one,
        "hub_may": some.map(lambda groups: groups[0]),
        "longest_to_hub": st.sampled_from([8.0, 15.0]),
        "longest_between": st.sampled_from([8.0, 15.0]),
        "least_practices": st.just(2),
        "most_practices": st.integers(1, 4),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(values)), max_size=3, unique=True))
    return graph, replace(rules, demands=Demands(**{name: draw(values[name]) for name in chosen}))


@given(demanding_areas(), st.one_of(st.none(), st.integers(0, 4)))
@examples(250)
def test_it_is_what_trying_everything_says(drawn: tuple[nx.Graph, Rules], networks: int | None) -> None:
    """Small areas are always settled, and rightly."""
    graph, rules = drawn
    expected = can_be_divided(graph, list(graph), rules, networks)
    assert divisible(graph, graph, rules, networks=networks) is expected


@given(demanding_areas())
@examples(100)
def test_on_fewer_neighbours_it_only_ever_says_yes_rightly(drawn: tuple[nx.Graph, Rules]) -> None:
    """When too many groups would be listed: never a wrong yes, and a no only where arithmetic says so."""
    graph, rules = drawn
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "within_rules", _too_many_on_the_whole(graph, module.within_rules))
        answer = divisible(graph, graph, rules)
    if answer is not None:
        assert answer is can_be_divided(graph, list(graph), rules)


def _too_many_on_the_whole(graph: nx.Graph, listing):  # type: ignore[no-untyped-def]
    """Give up wherever all neighbours are asked for."""

    def listed(part, codes, rules, *, most):  # type: ignore[no-untyped-def]
        whole = all(part.has_edge(a, b) for a, b in graph.subgraph(codes).edges)
        return None if whole and len(codes) > 1 else listing(part, codes, rules, most=most)

    return listed


def test_nothing_is_divisible_and_time_can_run_out() -> None:
    """No practice needs no network; a passed deadline settles nothing."""
    rules = load_profile()
    graph = made_up_area([30_000], [(0, 0)], [], rules)
    assert divisible(graph, [], rules) is True
    assert divisible(graph, [], rules, networks=1) is False
    assert divisible(graph, ["P0"], rules, NEVER) is True
    assert divisible(graph, ["P0"], rules, Deadline(1.0, lambda: 2.0)) is None
