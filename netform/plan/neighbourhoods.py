"""In which neighbourhoods the patients of a network live, and which of them is its main one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import networkx as nx

__all__ = ["SHARE_SLACK", "main_share", "patients_by_neighbourhood", "patients_in", "patients_outside"]

# Shares that differ by less, of patients that were scaled and added up, are the same.
SHARE_SLACK = 1e-9


def patients_by_neighbourhood(graph: nx.Graph, codes: Collection[str]) -> dict[str, float]:
    """Add up the patients of a network by the neighbourhood they live in.

    Parameters
    ----------
    graph : networkx.Graph
        Of practices (`netform.map.graph`); ``neighbourhoods`` says where the patients of each live.
    codes : collection of str
        The network.

    Returns
    -------
    dict of str to float
        See `patients_in`.
    """
    return patients_in({code: graph.nodes[code].get("neighbourhoods", {}) for code in codes}, codes)


def patients_in(living: Mapping[str, Mapping[str, float]], codes: Collection[str]) -> dict[str, float]:
    """Add up the patients of some practices by the neighbourhood they live in.

    Parameters
    ----------
    living : mapping of str to mapping of str to float
        By practice, patients by neighbourhood, under a blank name those who live outside every one.
    codes : collection of str

    Returns
    -------
    dict of str to float
        The most patients first, of equals by name: the first is the main neighbourhood. Last, under a blank name, those
        who live outside every neighbourhood. Empty where nothing is known.
    """
    patients: dict[str, float] = {}
    for code in sorted(codes):
        for name, number in living.get(code, {}).items():
            patients[name] = patients.get(name, 0.0) + number
    return dict(sorted(patients.items(), key=lambda each: (not each[0], -each[1], each[0])))


def patients_outside(patients: Mapping[str, float]) -> float:
    """Count the patients who live outside the main neighbourhood, of those of whom it is known where they live.

    Parameters
    ----------
    patients : mapping of str to float
        As `patients_in` gives it.
    """
    return math.fsum(patients.values()) - _in_main(patients)


def main_share(patients: Mapping[str, float]) -> float | None:
    """Give the share of patients who live in the main neighbourhood; None where nothing is known.

    Parameters
    ----------
    patients : mapping of str to float
        As `patients_in` gives it.
    """
    known = math.fsum(patients.values())
    return _in_main(patients) / known if known > 0 else None


def _in_main(patients: Mapping[str, float]) -> float:
    return max((number for name, number in patients.items() if name), default=0.0)
