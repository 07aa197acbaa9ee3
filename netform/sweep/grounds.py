"""Grounds: an area by itself, with all that decides its plan and nothing of any other area."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

from netform.practices.model import PracticeList
from netform.prepared import Prepared, of_practices

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["canonical_json", "ground_digest", "ground_of"]


def ground_of(prepared: Prepared, codes: Sequence[str]) -> Prepared:
    """Cut one area out of a prepared list: for planning and its audit, without territories.

    Parameters
    ----------
    prepared : Prepared
    codes : sequence of str
        The practices of the area, in the order of the list.

    Returns
    -------
    Prepared
        Positions count within the area.
    """
    own = of_practices(prepared, codes)
    # Who are neighbours is settled: what only they follow from, and what is of the whole list, stays behind.
    travel = replace(own.travel, notes=(), by_car=None)
    graph = nx.Graph(travel=travel)
    graph.add_nodes_from(own.graph.nodes(data=True))
    graph.add_edges_from(own.graph.edges(data=True))
    return Prepared(
        PracticeList(own.practices.practices, own.practices.source, own.practices.sha256),
        replace(own.places, homes=np.empty((0, 2)), notes=(), authorities=()),
        travel,
        (),
        graph,
        (),
    )


def ground_digest(ground: Prepared) -> str:
    """Digest what decides the plan of an area, besides the rules.

    Practices with everything known of them, their places, neighbours with their minutes, and the minutes that were
    given; not their names, nor the file and the row they came from. Minutes that are estimated follow from the
    places and the rules.

    Parameters
    ----------
    ground : Prepared
        As `ground_of` gives it.

    Returns
    -------
    str
        Hexadecimal digits of its SHA-256.
    """
    graph, codes = ground.graph, ground.practices.codes
    known = {
        practice.code: {
            "postcode": practice.postcode,
            **{name: value for name, value in graph.nodes[practice.code].items() if name != "position"},
        }
        for practice in ground.practices
    }
    given = [[codes[a], codes[b], minutes] for (a, b), minutes in sorted(ground.travel.given.items())]
    edges = [[*sorted((a, b)), data] for a, b, data in graph.edges(data=True)]
    content = {"practices": known, "edges": sorted(edges, key=lambda edge: edge[:2]), "given": given}
    if ground.travel.branches:
        content["branches"] = [
            [codes[position], sites] for position, sites in sorted(ground.travel.branches.items())
        ]
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def canonical_json(value: Any) -> str:
    """Write a value as JSON in the one way: keys sorted, no spaces, numbers to the last digit.

    Parameters
    ----------
    value : object
        Of what JSON knows, finite.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
