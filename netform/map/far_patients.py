"""Practices whose patients live elsewhere: who may not be on the ground, by the registrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.practices.values import some_of

if TYPE_CHECKING:
    import networkx as nx

    from netform.inputs.nowhere import Nowhere

__all__ = ["far_patients_notes"]

# Of 5,040 practices of England (lists of July 2026, registrations of July 2022) 30 have fewer of their patients near:
# all eight that are called special allocation schemes, services for care homes, and some that have moved since.
FEW_NEAR = 0.2


def far_patients_notes(graph: nx.Graph, nowhere: Nowhere) -> tuple[str, ...]:
    """Name the practices few of whose patients live in their own ground or in that of a neighbour.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices, with ``residents`` (`netform.map.graph`).
    nowhere : Nowhere
        Those that the planner has said something of are not named.
    """
    said = []
    for code, residents in sorted(graph.nodes(data="residents")):
        patients = sum(residents.values())
        if not patients or code in nowhere or code in nowhere.kept:
            continue
        near = sum(residents.get(each, 0.0) for each in (code, *graph[code])) / patients
        if near < FEW_NEAR:
            said.append(f"{code} ({near:.0%})")
    if not said:
        return ()
    note = (
        "Practices few of whose patients live in their own ground or that of a neighbour, by the registrations: "
        f"{some_of(said)}. They may not be on the ground (special allocation, homeless people, care homes): "
        "--nowhere CODE=leave-out or CODE=attach takes one off the map, CODE=keep keeps it."
    )
    return (note,)
