"""From a practice list to an audited result: the stages of a run, in order.

`prepare` reads, places and joins; `make_plan` chooses and audits; `draw` adds the boundaries. Nothing here
prints or writes, and what preparing does not need is imported when it is needed::

    rules = load_profile()
    prepared = prepare(Inputs("practices.csv"), rules)
    plan = make_plan(prepared, rules, Options(), plan_areas)
    result = draw(prepared, rules, plan)
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.audit import audit_boundaries, audit_plan
from netform.inputs.standing import Standing
from netform.map.authority_lines import authority_lines
from netform.map.boundaries import network_boundaries, tile_areas, with_ground
from netform.map.outer_edge import smooth_edge
from netform.map.territory import Territories
from netform.plan.model import AreaResult, Plan
from netform.prepared import Prepared
from netform.preparing import prepare
from netform.result import Result
from netform.rules.demanded_graph import demanded_graph
from netform.rules.toml import rules_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    import networkx as nx
    from shapely.geometry.base import BaseGeometry

    from netform.rules.model import Rules
    from netform.solve.area import AreaOutcome, Options

__all__ = ["draw", "make_plan", "prepare", "unplanned"]


def make_plan(
    prepared: Prepared,
    rules: Rules,
    options: Options,
    choose: Callable[[nx.Graph, Mapping[str, Sequence[str]], Rules, Options], list[AreaOutcome]],
) -> Plan:
    """Choose the networks of every area and audit the plan.

    Parameters
    ----------
    prepared : Prepared
    rules : Rules
    options : Options
    choose : callable
        `netform.solve.workers.plan_areas`, or what stands in for it.

    Raises
    ------
    AuditError
        The plan does not hold what it says: a defect of netform.
    NetformError
        As ``choose``.
    """
    from netform.assemble import assemble  # noqa: PLC0415 (brings numba with it)

    rules = prepared.rules_for_all(rules)
    # Practices about to merge are neighbours, whatever lies between them.
    prepared = replace(prepared, graph=demanded_graph(prepared.graph, rules.demands))
    outcomes = choose(prepared.graph, prepared.areas, rules, options)
    plan = assemble(prepared, rules, options, outcomes)
    audit_plan(plan, prepared.practices, rules, prepared.graph, strict=options.strict)
    return plan


def draw(prepared: Prepared, rules: Rules, plan: Plan) -> Result:
    """Draw the boundaries of a plan and audit them.

    Raises
    ------
    AuditError
        The boundaries do not tile the ground: a defect of netform.
    """
    rules = prepared.rules_for_all(rules)
    whole = tile_areas(prepared.parts)
    if prepared.outlined:
        whole = smooth_edge(whole)
    standing, whole = with_ground(plan.networks, prepared.standing, whole)
    left_out = [code for code in rules.demands.exclude if code not in standing.nowhere]
    boundaries = network_boundaries(plan.networks, standing.codes, whole, outside=left_out)
    audit_boundaries(
        boundaries,
        plan,
        standing,
        standing.places,
        ground=whole.extent,
        territories=_territories(standing, whole),
        outside=left_out,
    )
    outside = _outside(standing, left_out, whole, list(boundaries.values()))
    authorities = standing.places.authorities
    return Result(
        prepared.practices,
        prepared.places,
        plan,
        boundaries,
        rules_toml(rules),
        outside=outside,
        authority_lines=authority_lines(whole, authorities) if authorities else None,
        neighbourhoods=prepared.neighbourhoods.shapes if prepared.neighbourhoods else {},
        standing=prepared.standing,
    )


def _territories(standing: Standing, whole: Territories) -> dict[str, BaseGeometry]:
    """Give the ground of each practice that stands anywhere, of all of its sites."""
    sites: dict[str, set[int]] = {}
    for code, site in zip(standing.codes, whole.sites.site_of.tolist(), strict=True):
        sites.setdefault(code, set()).add(site)
    return {
        code: shapely.union_all(whole.polygons[sorted(several)])
        if len(several) > 1
        else whole.polygons[min(several)]
        for code, several in sites.items()
    }


def _outside(
    standing: Standing, left_out: Collection[str], whole: Territories, networks: Sequence[BaseGeometry]
) -> dict[str, BaseGeometry]:
    """Give the ground of the practices left out, by area; of a site that others share, what networks leave of it."""
    sites: dict[str, list[int]] = {}
    for code, area, site in zip(standing.codes, standing.areas, whole.sites.site_of.tolist(), strict=True):
        if code in left_out:
            sites.setdefault(area, []).append(site)
    taken = shapely.union_all(np.array(networks, dtype=object)) if sites else None
    return {
        area: shapely.difference(shapely.union_all(whole.polygons[sorted(set(chosen))]), taken)
        for area, chosen in sorted(sites.items())
    }


def unplanned(area: str, codes: Sequence[str], reason: str) -> AreaOutcome:
    """Stand in for an area that has no plan: its practices will be listed as unplaced.

    Parameters
    ----------
    area : str
    codes : sequence of str
        Its practices.
    reason : str
        Why there is no plan, for people.
    """
    from netform.solve.area import AreaOutcome  # noqa: PLC0415 (brings the solver with it)

    return AreaOutcome(AreaResult(area, "unknown", None, None, len(codes), 0, 0, method=reason), ())
