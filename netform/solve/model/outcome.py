"""What solving an area is given (options, progress) and what it comes to (solutions, plans of parts, outcomes)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from netform.solve.model.budget import DEFAULT, NEVER, Deadline, MemoryBudget

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from netform.plan.grouping import Groups, Moves
    from netform.plan.model import AreaResult
    from netform.solve.master.linear_program import Duals
    from netform.solve.master.subset_row_cuts import CutPool
    from netform.solve.model.candidate_cache import CandidateCache
    from netform.solve.model.plan_model import PlanModel

__all__ = [
    "NOT_PLANNED",
    "AreaCase",
    "AreaOutcome",
    "Doubt",
    "Obstacle",
    "Options",
    "PartPlan",
    "Placed",
    "Progress",
    "Solution",
    "WarmStart",
]


@dataclass(frozen=True, slots=True)
class WarmStart:
    """What solving has learnt, of use to the next question over the same columns.

    Attributes
    ----------
    column_bounds : ndarray of float64, shape (m,)
        No plan that uses column j costs less, or less than the best plan or the cutoff.
    columns : ndarray of int64
        Those of the last restricted master.
    cuts : ndarray of int64, shape (k, 11)
        Cuts that shaped the bound.
    duals : Duals
        Of the rows and of those cuts.
    """

    column_bounds: NDArray[np.float64]
    columns: NDArray[np.int64]
    cuts: CutPool
    duals: Duals

    def with_cuts(self, more: CutPool) -> WarmStart:
        """The same with more cuts, of dual zero."""
        known = {tuple(cut) for cut in self.cuts.tolist()}
        fresh = more[[tuple(cut) not in known for cut in more.tolist()]]
        priced = np.concatenate((self.duals.cuts, np.zeros(len(fresh))))
        return replace(self, cuts=np.concatenate((self.cuts, fresh)), duals=replace(self.duals, cuts=priced))

    def among(self, kept: NDArray[np.int64]) -> WarmStart:
        """The same over some of the columns, ascending."""
        place = np.minimum(np.searchsorted(kept, self.columns), max(0, len(kept) - 1))
        inside = kept[place] == self.columns if len(kept) else np.zeros(len(place), np.bool_)
        return replace(self, column_bounds=self.column_bounds[kept], columns=place[inside])


@dataclass(frozen=True, slots=True)
class Solution:
    """The best plan found and what is proven.

    Attributes
    ----------
    status : str
        ``optimal``, ``feasible``, ``infeasible`` (proven) or ``unknown``.
    chosen : ndarray of int64 or None
        The columns of the plan, ascending.
    cost : float
        Infinite without a plan.
    bound : float
        No plan costs less, of those that the question allows; infinite when there is none.
    trace : WarmStart or None
        What was learnt on the way, when it was asked for.
    columns : int or None
        How many a cheaper plan may still use, where they were counted.
    """

    status: str
    chosen: NDArray[np.int64] | None
    cost: float
    bound: float
    trace: WarmStart | None = None
    columns: int | None = None


# Why practices are an exception that a run that was cut short had not come to: they stand together.
NOT_PLANNED = "not_planned"


@dataclass(frozen=True, slots=True)
class Options:
    """How a run goes about it, besides the rules.

    Attributes
    ----------
    strict : bool
        Refuse exceptions, with the reason.
    seed : int
        Of the random numbers that searches use.
    workers : int
        Threads for listing.
    threads : int
        For the proof of an area. Of areas planned side by side each may have as many: the last is alone.
    beside : bool
        Whether search goes on in a thread of its own while columns are listed and solved over.
    moves : Moves or None
        How far the plan may be from where it starts.
    memory : MemoryBudget
        What lists, diagrams, programs and caches may take: of the whole run, or in one process of it.
    alone : MemoryBudget
        What an area may have instead when fewer are planned beside it; nothing where that is no more.
    """

    strict: bool = False
    seed: int = 0
    workers: int = 1
    threads: int = 1
    beside: bool = False
    moves: Moves | None = None
    memory: MemoryBudget = DEFAULT
    alone: MemoryBudget = field(default=MemoryBudget(0))


@dataclass(frozen=True, slots=True)
class Placed:
    """A network of the outcome: its members, and why it is outside the band if it is."""

    practice_codes: tuple[str, ...]
    exception: str | None = None
    explanation: str | None = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why some practices cannot all be in networks of the band.

    Attributes
    ----------
    reason : str
        ``over_max_single_practice``, ``pinned``, ``island``, ``arithmetic`` or ``stranded``; ``geography``,
        ``stranded_behind_pin`` or ``demands`` where it was proven; ``moves`` or ``networks`` of rules over the area.
    practice_codes : tuple of str
        The practices it is about, sorted.
    sentence : str
        For people.
    remedies : tuple of str
        What would remove it, a sentence each, where that was looked for.
    """

    reason: str
    practice_codes: tuple[str, ...]
    sentence: str
    remedies: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The sentence and what would remove the obstacle."""
        return " ".join((self.sentence, *self.remedies))


@dataclass(frozen=True, slots=True)
class PartPlan:
    """The plan of one part of an area.

    Attributes
    ----------
    groups : tuple of tuple of str
        The practice codes of every network.
    solution : Solution
        ``cost`` and ``bound`` in weighted hours per week.
    candidates : int
        How many columns were listed.
    method : str
        How the plan was found, for people.
    reasons : tuple of Obstacle
        Why there are exceptions.
    model : PlanModel or None
        All plans of the part; None when they could not be listed.
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


@dataclass(frozen=True, slots=True)
class AreaCase:
    """An area as it was stated, with its best plan: what every further question starts from.

    Attributes
    ----------
    fixed : tuple of Placed
        Networks that every plan has: pins, and practices over the band.
    fixed_cost : float
        Weighted hours per week of those.
    model : PlanModel
        The plans of the other practices.
    solution : Solution
        The best of them, as far as time allowed.
    reasons : tuple of Obstacle
        Why there are exceptions.
    settled : bool
        Whether it is proven that no plan has fewer exceptions.
    listed : bool
        Whether the model has all feasible networks; else what is proven over it is proven of no other plan
        (`netform.solve.near_optimal.pool`).
    """

    fixed: tuple[Placed, ...]
    fixed_cost: float
    model: PlanModel
    solution: Solution
    reasons: tuple[Obstacle, ...]
    settled: bool
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Doubt:
    """What stood between a plan and the proof that it is the best.

    Attributes
    ----------
    ended : str
        ``time`` when time ran out, ``interrupted`` when the run was stopped, blank when nothing was left to try.
    listed : bool
        Whether all feasible networks could be kept.
    columns : int or None
        Feasible networks that a better plan may still use, where they were counted.
    """

    ended: str
    listed: bool = True
    columns: int | None = None

    @classmethod
    def of_parts(cls, parts: Sequence[Doubt]) -> Doubt | None:
        """Give the doubts of an area by those of its parts; None where they have none.

        Parameters
        ----------
        parts : sequence of Doubt
            Of the parts that are not proven.
        """
        if not parts:
            return None
        counted = [part.columns for part in parts if part.columns is not None]
        return cls(
            max(part.ended for part in parts),
            all(part.listed for part in parts),
            sum(counted) if len(counted) == len(parts) else None,
        )


@dataclass(frozen=True, slots=True)
class AreaOutcome:
    """The plan of an area and what is proven of it.

    Attributes
    ----------
    result : AreaResult
    networks : tuple of Placed
    case : AreaCase or None
        Kept when it was asked for, and columns could be listed.
    quick : bool
        Whether it was found from another outcome (`netform.solve.reoptimise.changed_rules`), and has no case for that
        reason.
    reasons : tuple of Obstacle
        Why there are exceptions.
    doubt : Doubt or None
        Why the plan is not proven best.
    """

    result: AreaResult
    networks: tuple[Placed, ...]
    case: AreaCase | None = None
    quick: bool = False
    reasons: tuple[Obstacle, ...] = ()
    doubt: Doubt | None = None

    @property
    def whole(self) -> bool:
        """Whether every practice has been planned: of a run cut short some may stand together as they are."""
        return all(placed.exception != NOT_PLANNED for placed in self.networks)


@dataclass(frozen=True, slots=True)
class Progress:
    """Who is told how an area is getting on, and who says when to stop.

    Attributes
    ----------
    deadline : Deadline
        When to stop; looked at between steps.
    on_stage : callable
        Told of each stage as it begins.
    on_plan : callable
        Told of every better complete plan of the area.
    clock : callable
        Seconds, monotonic.
    candidate_cache : CandidateCache or None
        Lists kept from earlier questions.
    """

    deadline: Deadline = NEVER
    on_stage: Callable[[str], None] = lambda _stage: None
    on_plan: Callable[[AreaOutcome], None] = lambda _outcome: None
    clock: Callable[[], float] = field(default=time.perf_counter)
    candidate_cache: CandidateCache | None = None
