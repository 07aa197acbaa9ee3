"""What a list leaves unknown, said for the terms that would need it: a missing figure is never taken for none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.practices.values import some_of

if TYPE_CHECKING:
    import networkx as nx

    from netform.rules.model import Rules

__all__ = ["unknown_notes"]

# What each term needs of a practice, and how to give it.
_NEEDS = {
    "cover": "the list has no practice with GP, nurse and direct patient care staff (gp_fte, nurse_fte, dpc_fte)",
    "continuity": "the list has no present networks (pcn_code)",
    "community": "no registrations by LSOA were given (--registrations)",
    "crossing": "no column with the sides of a soft boundary was named (--soft)",
    "alignment": "no neighbourhoods were given (--neighbourhoods)",
}

# What it means for those of which it is not known, where it is of others.
_MEANING = {
    "cover": "Practices whose staff is not fully known, so that they count neither as short nor as covered",
    "continuity": "Practices without a present network, so that they cannot be moved from one",
    "crossing": "Practices not known to lie on either side of a soft boundary, so that they do not cross it",
}


def unknown_notes(graph: nx.Graph, rules: Rules) -> tuple[str, ...]:
    """Say which practices have no part in which term, and which terms that the rules weigh have nothing to go by.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices, see `netform.map.graph`.
    rules : Rules

    Returns
    -------
    tuple of str
        For people; nothing is said of a term that nothing is known for and that has no weight.
    """
    nodes = graph.nodes
    unknown = {
        "cover": [code for code in sorted(graph) if nodes[code]["shortfall_fte"] is None],
        "continuity": [code for code in sorted(graph) if not nodes[code]["pcn_code"]],
        "crossing": [code for code in sorted(graph) if not all(nodes[code]["sides"])],
        # Of single practices the readers of neighbourhoods and of registrations tell.
        "alignment": [] if any(nodes[code]["neighbourhoods"] for code in graph) else sorted(graph),
        "community": [] if any(nodes[code]["residents"] for code in graph) else sorted(graph),
    }
    # A boundary that was named and is nowhere known is as none; no boundary leaves no side unknown.
    if not any(any(nodes[code]["sides"]) for code in graph):
        unknown["crossing"] = sorted(graph)
    notes = []
    for term, need in _NEEDS.items():
        codes = unknown[term]
        if codes and len(codes) == len(graph):
            if rules.weight(term):
                notes.append(f"The term {term} has a weight and is 0 for every network, because {need}.")
        elif codes:
            notes.append(f"{_MEANING[term]}: {len(codes):,} ({some_of(codes)}).")
    return tuple(notes)
