"""What planning one part of an area comes to."""

from __future__ import annotations

from dataclasses import dataclass

from netform.explain.obstacles import Obstacle
from netform.solve.model.plan_model import PlanModel
from netform.solve.model.solution import Solution
from netform.tradeoff import Groups

__all__ = ["PartPlan"]


@dataclass(frozen=True, slots=True)
class PartPlan:
    """What choosing came to for one part.

    Attributes
    ----------
    groups : tuple of tuple of str
        The practice codes of every network.
    solution : Solution
        ``cost`` and ``bound`` in weighted hours per week.
    candidates : int
        How many were listed.
    method : str
        How the plan was chosen, for people.
    reasons : tuple of Obstacle
        Why there are exceptions.
    model : PlanModel or None
        All plans that could be chosen; None when they could not be listed.
    settled : bool
        Whether it is proven that no plan has fewer exceptions.
    exceptions : int
        Networks outside the band, or of too few or too many practices.
    notes : tuple of str
        What else was found on the way, for people.
    """

    groups: Groups
    solution: Solution
    candidates: int
    method: str
    reasons: tuple[Obstacle, ...] = ()
    model: PlanModel | None = None
    settled: bool = True
    exceptions: int = 0
    notes: tuple[str, ...] = ()
