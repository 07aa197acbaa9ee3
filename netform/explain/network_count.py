"""How many networks there would have to be, where the number demanded leaves exceptions that another would not."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from netform.explain.obstacles import Obstacle
from netform.solve.exact.minimum_count import fewest
from netform.solve.model.problem import SideRow
from netform.solve.model.stopping import NEVER, Deadline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.solve.model.linking_rules import LinkingRules
    from netform.solve.model.plan_model import PlanModel

__all__ = ["NETWORKS", "other_number"]

# The reason of an exception that would not be needed with another number of networks.
NETWORKS = "networks"


def other_number(
    model: PlanModel,
    outside: NDArray[np.float64],
    linking: LinkingRules,
    exceptions: int,
    alone: int,
    deadline: Deadline = NEVER,
) -> Obstacle | None:
    """Say which number of networks would save a plan some of its exceptions; None where none would.

    Parameters
    ----------
    model : PlanModel
        The plans with networks of any size, without the rows of ``linking``.
    outside : ndarray of float64, shape (m,)
        1 for every column that is an exception.
    linking : LinkingRules
        With the number that is demanded.
    exceptions : int
        How many the plan has.
    alone : int
        Exceptions that every plan has.
    deadline : Deadline
        Once it has passed nothing is said.
    """
    if linking.networks is None:
        return None
    free = replace(model, sides=(*model.sides, *replace(linking, networks=None).rows(model)))
    needed = fewest(free, outside, deadline).found
    if needed is None or needed >= exceptions:
        return None
    some = replace(free, sides=(*free.sides, SideRow(outside, -math.inf, needed + 0.5)))
    fixed, practices = len(linking.fixed), len(model.codes)
    least = fewest(some, np.ones(len(model.store)), deadline).plus(fixed)
    # A plan of as many networks as can be spares the fewest practices the lead of one.
    spared = fewest(some, np.diff(model.store.offsets) - 1.0, deadline)
    sentence = (
        f"Exactly {linking.networks:,} networks leave {exceptions + alone:,} exception"
        f"{'s' * (exceptions + alone != 1)}; with another number {needed + alone or 'none':} would be enough."
    )
    remedies: tuple[str, ...] = ()
    if least.proven and least.found is not None and linking.networks < least.found:
        remedies = (f"For that at least {least.found:,} networks are needed.",)
    elif spared.proven and spared.found is not None and linking.networks > practices - spared.found + fixed:
        remedies = (f"For that at most {practices - spared.found + fixed:,} networks can be had.",)
    return Obstacle(NETWORKS, model.codes, sentence, remedies)
