"""What a peer is given: a graph, a band, some CPU time, and someone to tell of better plans."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from netform.scores import ScoringData, candidate_costs
from netform.solve.model.problem import store_of
from scripts.benchmarking.validity import find_faults

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    import networkx as nx

    from netform.rules.model import Rules

__all__ = ["Scorer", "Task"]


@dataclass(slots=True)
class Scorer:
    """netform's cost of networks, each computed once.

    Attributes
    ----------
    graph : networkx.Graph
    rules : Rules
    seconds : float
        CPU time spent here, which is not held against the one who asks.
    """

    graph: nx.Graph
    rules: Rules
    seconds: float = 0.0
    _number: dict[str, int] = field(init=False)
    _data: ScoringData = field(init=False)
    _known: dict[frozenset[str], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Gather the arrays of the kernels."""
        codes = sorted(self.graph)
        self._number = {code: k for k, code in enumerate(codes)}
        self._data = ScoringData.of(self.graph, codes, self.rules)

    def cost(self, groups: Iterable[Collection[str]]) -> float:
        """Weighted hours per week of some networks together."""
        begin = time.process_time()
        wanted = [frozenset(group) for group in groups]
        fresh = [group for group in dict.fromkeys(wanted) if group not in self._known]
        if fresh:
            numbered = [tuple(sorted(self._number[code] for code in group)) for group in fresh]
            costs = candidate_costs(store_of(numbered, len(self._number)), self._data)
            self._known.update(zip(fresh, costs.tolist(), strict=True))
        total = math.fsum(self._known[group] for group in wanted)
        self.seconds += time.process_time() - begin
        return total


@dataclass(slots=True)
class Task:
    """One area for one peer.

    Attributes
    ----------
    graph : networkx.Graph
        Of practices by code (`netform.map.graph`), connected.
    rules : Rules
        Their band holds for every network.
    networks : int
        How many networks netform's plan has; 0, which not every peer takes, leaves it free.
    seconds : float
        CPU time the peer may take.
    seed : int
    report : callable
        Told of every better plan, as a dict that can be sent to another process.
    steps : int
        Of the peer, in its own terms.
    note : str
        What the peer has to say of its run.
    """

    graph: nx.Graph
    rules: Rules
    networks: int
    seconds: float
    seed: int = 0
    report: Callable[[dict[str, Any]], None] = lambda _message: None
    steps: int = 0
    note: str = ""
    best: list[list[str]] | None = None
    scorer: Scorer = field(init=False)
    _begin: float = field(init=False)
    _rank: tuple[int, float] = (2**31, math.inf)

    def __post_init__(self) -> None:
        """Load the kernels, so that the clock starts when all is ready."""
        self.scorer = Scorer(self.graph, self.rules)
        self.scorer.cost([[min(self.graph)]])
        self.restart()

    def restart(self) -> None:
        """Start the clock, once what the peer imports is there."""
        self.scorer.seconds = 0.0
        self._begin = time.process_time()

    @property
    def spent(self) -> float:
        """CPU seconds of the peer so far, without what judging its plans took."""
        return time.process_time() - self._begin - self.scorer.seconds

    @property
    def left(self) -> float:
        """CPU seconds that the peer may still take."""
        return self.seconds - self.spent

    def offer(self, groups: Iterable[Collection[str]]) -> None:
        """Tell of a plan; it counts when it has fewer faults than the best so far, or as few and a lower cost."""
        spent, begin, before = self.spent, time.process_time(), self.scorer.seconds
        plan = [sorted(group) for group in groups]
        rank = (
            len(find_faults(self.graph, plan, self.rules.least, self.rules.most)),
            self.scorer.cost(plan),
        )
        if rank < self._rank:
            self._rank, self.best = rank, sorted(plan)
            self.report({"groups": self.best, "cost": rank[1], "found_seconds": spent})
        self.scorer.seconds = before + time.process_time() - begin
