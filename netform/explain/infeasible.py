"""Why practices cannot be divided, where a rule over the area has tied its parts: each part its own reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netform.explain.divisible import divisible
from netform.explain.geography import geography
from netform.explain.move_limits import MOVES
from netform.explain.network_count import NETWORKS
from netform.explain.obstacles import Obstacle, connected_parts, obstacles
from netform.solve.model.stopping import NEVER, Deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import networkx as nx

    from netform.rules import Rules
    from netform.solve.model.plan_model import PlanModel

__all__ = ["explained_by_part", "undivided", "undivided_by_model"]


def undivided(
    graph: nx.Graph,
    rules: Rules,
    within: PlanModel,
    deadline: Deadline = NEVER,
    *,
    listed: int,
    forbids: bool,
    by_part: bool,
    whole: bool,
) -> list[Obstacle]:
    """Find why no plan is within the band, where choosing among all that are listed has found that there is none.

    Parameters
    ----------
    graph : networkx.Graph
        Of the practices, as the demands make it.
    rules : Rules
        Those of the area.
    within : PlanModel
        The plans within the band, without what ties all parts of the area.
    deadline : Deadline
    listed : int
        The possible networks that were tried.
    forbids : bool
        Whether demands have taken some of them away.
    by_part : bool
        Whether nothing that is to blame ties the parts, so that each has its own reason.
    whole : bool
        Whether the practices are all there are of the area.
    """
    found: list[Obstacle] = []
    if by_part:
        for part in connected_parts(graph, rules):
            all_there_is = whole and len(part) == len(within.codes)
            seen = obstacles(graph, part, rules, whole=all_there_is)
            if not seen and divisible(graph, part, rules, deadline) is False:
                count = _listed_of(within, part)
                seen = [geography(graph, part, rules, deadline, listed=count, demanded=forbids)]
            found += seen
    demanded = forbids or rules.demands.networks is not None
    return found or [geography(graph, within.codes, rules, deadline, listed=listed, demanded=demanded)]


def undivided_by_model(codes: Sequence[str], rules: Rules, *, demanded: bool) -> Obstacle:
    """Say that no plan is within the band, where a model of all plans has proven it without listing networks.

    Parameters
    ----------
    codes : sequence of str
    rules : Rules
        Those of the area.
    demanded : bool
        Whether demands of the planner have part in it.
    """
    keeping = " that keep every demand" if demanded else ""
    sentence = (
        f"No division of these {len(codes):,} practices into contiguous networks of {rules.least:,}-{rules.most:,} "
        f"patients{keeping} exists: that is proven by a model of all divisions."
    )
    return Obstacle("geography", tuple(codes), sentence)


def explained_by_part(
    parts: Sequence[Sequence[str]],
    found: Sequence[Obstacle],
    reasoned: Callable[[Sequence[str], Sequence[Obstacle]], tuple[Obstacle, ...]],
) -> tuple[Obstacle, ...]:
    """Give the obstacles of each part the smallest changes that would remove them; those of the area have their own.

    Parameters
    ----------
    parts : sequence of sequence of str
    found : sequence of Obstacle
    reasoned : callable
        From the practices of a part and their obstacles to those with remedies.
    """
    of_map = [obstacle for obstacle in found if obstacle.reason not in (MOVES, NETWORKS)]
    explained: list[Obstacle] = []
    for part in parts:
        inside = set(part)
        explained += reasoned(part, [each for each in of_map if inside.issuperset(each.practice_codes)])
    known = {(each.reason, each.practice_codes) for each in explained}
    return (*explained, *(each for each in found if (each.reason, each.practice_codes) not in known))


def _listed_of(within: PlanModel, part: Sequence[str]) -> int:
    """Count the candidates of one part."""
    if not len(within.store):
        return 0
    number = {code: k for k, code in enumerate(within.codes)}
    first = within.store.members[within.store.offsets[:-1]]
    return int(np.isin(first, [number[code] for code in part]).sum())
