"""The audit: an independent check that every plan passes before anything is written.

Nothing here is shared with the solver. Plain sums and a plain search, from the practice list itself, check
what they can; the terms and the rules are taken from their plain definitions (`netform.scores`,
`netform.rules.breaches`) and not from the kernels that the solver used. A fault is a defect of netform, never of the
user; it names the network or practice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.audit import contents, neighbours, proof
from netform.audit import rules as rules_checks
from netform.audit.case import Case, refuse
from netform.audit.ground import ground_faults
from netform.rules.demanded_graph import demanded_graph

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import networkx as nx
    from shapely.geometry.base import BaseGeometry

    from netform.audit.case import Check
    from netform.inputs.places import Places
    from netform.inputs.standing import Standing
    from netform.plan.model import Plan
    from netform.practices.model import PracticeList
    from netform.rules.model import Rules

__all__ = ["audit_boundaries", "audit_plan"]

_CHECKS: tuple[Check, ...] = (
    *contents.CHECKS,
    *neighbours.CHECKS,
    *rules_checks.CHECKS,
    *proof.CHECKS,
)


def audit_plan(
    plan: Plan,
    practices: PracticeList,
    rules: Rules,
    graph: nx.Graph,
    *,
    networks: int | None = None,
    strict: bool = False,
) -> None:
    """Refuse a plan that is not what it says.

    Parameters
    ----------
    plan : Plan
    practices : PracticeList
        The list that was planned.
    rules : Rules
        The rules that it was planned by, with what the planner demands.
    graph : networkx.Graph
        Of the whole list (`netform.map.graph`); the bridges that mergers demand are added where they are not in it.
    networks : int, optional
        The number of networks asked for in each area, beside what the rules demand.
    strict : bool
        Whether exceptions were forbidden.

    Raises
    ------
    AuditError
        With every fault found, one a line, up to the first 50.
    """
    by_code = {practice.code: practice for practice in practices}
    joined = demanded_graph(graph, rules.demands)
    case = Case(plan, by_code, practices.sha256, rules, joined, networks, strict)
    refuse("plan", [fault for check in _CHECKS for fault in check(case)])


def audit_boundaries(
    boundaries: Mapping[str, BaseGeometry],
    plan: Plan,
    practices: PracticeList | Standing,
    places: Places,
    *,
    ground: BaseGeometry | None,
    territories: Mapping[str, BaseGeometry] | None = None,
    outside: Collection[str] = (),
) -> None:
    """Refuse boundaries that do not tile the ground, or leave a practice outside its network.

    Parameters
    ----------
    boundaries : mapping of str to geometry
        By ``network_id``, metres (EPSG:27700).
    plan : Plan
    practices : PracticeList or Standing
        Who is to lie in whose ground: the list, or who stands where of it.
    places : Places
        In the order of ``practices``.
    ground : geometry or None
        What the networks cover together when every practice is in one; None when it is not known.
    territories : mapping of str to geometry, optional
        The territory of each practice's site, or sites, by practice code. With them the ground of practices that are
        in no network is known, and no network may have any of it; without them a plan that leaves practices out may
        leave any of the ground to no network.
    outside : collection of str
        Practices that may lie in no network's ground, not even where they share a site.

    Raises
    ------
    AuditError
        With every fault found, one a line, up to the first 50.
    """
    located = [
        (code, (float(easting), float(northing)))
        for code, easting, northing in zip(practices.codes, places.easting, places.northing, strict=True)
    ]
    refuse("boundaries", list(ground_faults(boundaries, plan, located, ground, territories, outside)))
