"""A session over a made-up area: what preparing would give, from a graph of a few practices."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st

from netform.inputs.places import Places
from netform.practices.model import Practice, PracticeList
from netform.prepared import Prepared
from netform.rules.conflicts.clashes import find_clashes
from netform.rules.demanded_graph import demanded_graph
from netform.session import Session
from netform.solve.area import AreaOutcome, Options, Progress, solve_area
from netform.solve.model.candidate_cache import CandidateCache

if TYPE_CHECKING:
    import networkx as nx

    from netform.rules.model import Rules

KINDS = (
    "pins", "together", "apart", "exclude", "merge", "hub_must", "hub_may", "longest_to_hub", "longest_between",
    "least_practices", "most_practices", "no_doughnuts", "aligned", "networks",
)  # fmt: skip


def prepared_of(graph: nx.Graph) -> Prepared:
    """Make the prepared list of a graph of practices, without territories: for all but drawing."""
    nodes = dict(graph.nodes(data=True))
    practices = PracticeList(
        tuple(
            Practice(code, "", "", node["list_size"], area=node["area"], pcn_code=node["pcn_code"])
            for code, node in sorted(nodes.items())
        )
    )
    east, north = ([float(nodes[code][name]) for code in practices.codes] for name in ("easting", "northing"))
    places = Places(
        np.array(east), np.array(north), ("postcode",) * len(practices), np.empty((0, 2)), "made up"
    )
    return Prepared(practices, places, graph.graph["travel"], (), graph, ())


def session_of(graph: nx.Graph, rules: Rules) -> Session:
    """Open a session over one area without a name."""
    return Session(prepared_of(graph), rules)


def solved(
    graph: nx.Graph, rules: Rules, options: Options | None = None, *, keep: bool = True
) -> AreaOutcome:
    """Plan all practices of a graph as the area without a name, keeping what further questions start from."""
    progress = Progress(candidate_cache=CandidateCache(keep=True) if keep else None)
    return solve_area(graph, "", list(graph), rules, options or Options(), progress)


def _demand(draw: st.DrawFn, kind: str, codes: list[str], graph: nx.Graph) -> object:
    """Draw one kind of demand."""
    if kind in ("pins", "together", "merge", "apart"):
        # Most groups grow from a practice through its neighbours, so that some plan can have them.
        group = {draw(st.sampled_from(codes))}
        for _ in range(draw(st.integers(1, 2))):
            near = sorted({other for code in group for other in graph[code]} - group)
            wide = sorted(set(codes) - group)
            if kind != "apart" and near:
                group.add(draw(st.sampled_from(near)))
            elif kind != "pins" and wide:
                group.add(draw(st.sampled_from(wide)))
        return (tuple(sorted(group)),)
    if kind in ("exclude", "hub_must", "hub_may"):
        most = len(codes) if kind == "hub_may" else 2
        some = draw(st.lists(st.sampled_from(codes), min_size=1, max_size=most, unique=True))
        return tuple(sorted(some))
    if kind.startswith("longest"):
        return draw(st.floats(5, 40))
    if kind == "aligned":
        return draw(st.sampled_from([0.5, 0.6, 0.75, 1.0]))
    if kind == "no_doughnuts":
        return True
    return draw(st.integers(1, 4))


@st.composite
def demanded(draw: st.DrawFn, graph: nx.Graph, rules: Rules, *, kinds: tuple[str, ...] = KINDS) -> Rules:
    """Draw rules with one to three demands that do not clash, or with none."""
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3, unique=True))
    codes = sorted(graph)
    found = rules
    for kind in chosen:
        # One that clashes with those before it is left out.
        each = {kind: _demand(draw, kind, codes, graph)}
        tried = replace(rules, demands=replace(found.demands, **each))  # type: ignore[arg-type]
        if not find_clashes(tried, demanded_graph(graph, tried.demands)):
            found = tried
    return found
