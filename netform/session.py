"""A plan to argue with: keep what is expensive, change the rules, ask again.

A session holds a prepared list and every candidate it has listed, so that a changed rule is answered at once::

    session = Session(prepared, load_profile())
    plan = session.solve()
    pinned = session.solve(replace(rules, demands=replace(rules.demands, pins=(("A81001", "A81002"),))))
    fronts = session.front(parse_axis("patient_travel"), parse_axis("workforce"))

Every plan it gives is audited. It is what the planner's page sits on.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from netform.errors import NoPlanError, RulesError
from netform.explain.obstacles import oversize_networks, pin_networks, place
from netform.pipeline import make_plan
from netform.plan.grouping import Groups, Moves
from netform.plan.model import AreaResult, Plan
from netform.prepared import Prepared
from netform.rules.conflicts.clashes import refuse_unjudged
from netform.rules.demanded_graph import demanded_graph
from netform.rules.model import OF_THE_MAP
from netform.scores import network_cost, network_terms
from netform.solve.area import solve_area
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.candidate_cache import CandidateCache
from netform.solve.model.outcome import AreaOutcome, Options, Progress
from netform.solve.reoptimise.changed_rules import ChangedRules, unforbidding
from netform.tradeoff.area_case import SOLVE_SHARE, KeptCase, named
from netform.tradeoff.model import Alternative, Axis, Border, Front
from netform.tradeoff.questions import alternatives_of, borders_of, front_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import networkx as nx

    from netform.rules.model import Rules

__all__ = ["Moves", "Session"]


@dataclass(slots=True)
class Session:
    """Answers about one prepared list, with what it has listed kept between them.

    Attributes
    ----------
    prepared : Prepared
    rules : Rules
        Those of questions that give none. Whichever are asked by, journeys and borders are those of ``prepared``: rules
        that would make others are refused.
    options : Options
    on_stage : callable
        Told what the session is at.
    on_plan : callable
        Told of every better plan of an area by the rules that were asked for.
    stopped : callable
        Asked often, by another thread's leave; once it says yes, the best plan so far is what counts.
    ahead : bool
        Whether an area is first solved without demands that forbid, where a question has some: that takes as long as
        one question, and those that follow are answered from it.
    """

    prepared: Prepared
    rules: Rules
    options: Options = field(default_factory=Options)
    on_stage: Callable[[str], None] = field(default=lambda _stage: None)
    on_plan: Callable[[AreaOutcome], None] = field(default=lambda _outcome: None)
    stopped: Callable[[], bool] | None = None
    ahead: bool = False
    _listings: CandidateCache = field(init=False)
    _outcomes: dict[tuple[str, Rules], AreaOutcome] = field(default_factory=dict)
    _again: dict[str, ChangedRules] = field(default_factory=dict)
    _cases: dict[str, KeptCase] = field(default_factory=dict)
    # Areas that were solved ahead: once is enough, whether or not more could be learnt of them.
    _begun: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin with nothing listed.

        Raises
        ------
        RulesError
            As `solve`.
        """
        self.rules = self._taken(self.rules)
        self._listings = CandidateCache(
            self.options.workers, keep=True, memory=self.options.memory, let_go=self._let_go
        )

    @property
    def held(self) -> int:
        """Bytes of the lists that are kept between questions."""
        return self._listings.held

    def solve(
        self, rules: Rules | None = None, *, moves: Moves | None = None, seconds: float | None = None
    ) -> Plan:
        """The best plan by the rules, audited; with ``moves`` the best that is near its start.

        Parameters
        ----------
        rules : Rules, optional
        moves : Moves, optional
        seconds : float, optional
            Until the best plan so far is taken, for all areas together.

        Raises
        ------
        ImpossibleError
            No plan keeps the rules.
        RulesError
            The rules are of another map (`netform.rules.model.OF_THE_MAP`), or a share of neighbourhoods is demanded,
            and no neighbourhoods are known.
        NoPlanError
            None was found in the time.
        """
        chosen = self.rules if rules is None else self._taken(rules)
        options = replace(self.options, moves=moves)
        deadline = self._deadline(seconds)

        def plan_areas(
            _graph: nx.Graph, areas: Mapping[str, Sequence[str]], _rules: Rules, _options: Options
        ) -> list[AreaOutcome]:
            return [self._outcome(area, chosen, options, deadline) for area in sorted(areas)]

        return make_plan(self.prepared, chosen, options, plan_areas)

    def front(
        self,
        x: Axis,
        y: Axis,
        *,
        resolution: float = 0.02,
        complete: bool = False,
        seconds: float | None = None,
        rules: Rules | None = None,
    ) -> list[Front]:
        """The exact front of every area, in order of area.

        Parameters
        ----------
        x, y : Axis
        resolution : float
            Share of each axis's range.
        complete : bool
            Find every point of the front.
        seconds : float, optional
            For all areas together.
        rules : Rules, optional
            What is kept of an area is by the rules that were asked by last.

        Raises
        ------
        RulesError
            As `solve`.
        NoPlanError
            Time ran out before the ends of an area's front were found.
        """
        fronts = []
        chosen = self.rules if rules is None else self._taken(rules)
        deadline = self._deadline(seconds)
        for area in sorted(self.prepared.areas):
            front = front_of(
                self._kept(area, chosen), (x, y), deadline, resolution=resolution, complete=complete
            )
            if front is None:
                raise NoPlanError(
                    f"the two ends of the front{named(area)} were not found in the time: allow more with "
                    "--time-limit."
                )
            fronts.append(front)
        return fronts

    def alternatives(
        self,
        count: int,
        *,
        within: float = 0.01,
        different: int = 3,
        seconds: float | None = None,
        rules: Rules | None = None,
    ) -> dict[str, list[Alternative]]:
        """For each area the best plan, the ``count`` next best, and the most different ones within a share.

        Parameters
        ----------
        count : int
        within : float
            Share of the best cost that the different ones may cost more.
        different : int
        seconds : float, optional
            For all areas together.
        rules : Rules, optional
            As in `front`.
        """
        chosen = self.rules if rules is None else self._taken(rules)
        deadline = self._deadline(seconds)
        return {
            area: alternatives_of(
                self._kept(area, chosen), count, deadline, within=within, different=different
            )
            for area in sorted(self.prepared.areas)
        }

    def borders(
        self, *, within: float = 0.01, seconds: float | None = None, rules: Rules | None = None
    ) -> dict[str, list[Border]]:
        """For each area, whether every two neighbours are together in all, some or none of the plans near the best.

        Parameters
        ----------
        within : float
            Share of the best cost.
        seconds : float, optional
            For all areas together.
        rules : Rules, optional
            As in `front`.
        """
        chosen = self.rules if rules is None else self._taken(rules)
        deadline = self._deadline(seconds)
        return {
            area: borders_of(self._kept(area, chosen), deadline, within=within)
            for area in sorted(self.prepared.areas)
        }

    def plan_of(self, groups: Sequence[Groups], method: str, rules: Rules | None = None) -> Plan:
        """A plan of given networks, one sequence for each area in order, with terms, reasons and an audit.

        Parameters
        ----------
        groups : sequence of tuple of tuple of str
            The practice codes of every network, for each area in order of area.
        method : str
            How the plan came to be, for people.
        rules : Rules, optional

        Raises
        ------
        RulesError
            As `solve`.
        AuditError
            The networks do not keep the rules.
        """
        chosen = self.rules if rules is None else self._taken(rules)
        given = dict(zip(sorted(self.prepared.areas), groups, strict=True))

        def plan_areas(
            graph: nx.Graph, areas: Mapping[str, Sequence[str]], _rules: Rules, _options: Options
        ) -> list[AreaOutcome]:
            return [
                self._given(graph, area, given[area], method, chosen, len(areas[area]))
                for area in sorted(areas)
            ]

        return make_plan(self.prepared, chosen, self.options, plan_areas)

    def _taken(self, rules: Rules) -> Rules:
        """Take rules for a question, by which all that is demanded can be judged on the list as it was prepared.

        Raises
        ------
        RulesError
            The list would have been prepared otherwise, with the names of the rules that differ; or a share of
            neighbourhoods is demanded, and no neighbourhoods are known.
        """
        refuse_unjudged(rules, self.prepared.graph)
        made = self.prepared.travel.rules
        pairs = zip(OF_THE_MAP, rules.of_the_map, made.of_the_map, strict=True)
        if differ := [name for name, wanted, had in pairs if wanted != had]:
            raise RulesError(
                f"the list was prepared by other rules of travel and borders ({', '.join(differ)}), and journeys and "
                "neighbours are by those: prepare it anew with these rules (netform.pipeline.prepare), and open a "
                "session on that."
            )
        return self.prepared.rules_for_all(rules)

    def _given(
        self, graph: nx.Graph, area: str, groups: Groups, method: str, rules: Rules, practices: int
    ) -> AreaOutcome:
        """The outcome of an area whose networks are given; its bound is the best known."""
        known = self._outcomes.get((area, rules))
        own = rules.for_area(area)
        inside = graph.subgraph(code for codes in groups for code in codes)
        fixed = (*pin_networks(inside, own), *oversize_networks(inside, own))
        before = () if known is None else known.networks
        reasons = () if known is None else known.reasons
        placed = place(graph, groups, own, reasons, (*fixed, *before))
        cost = math.fsum(network_cost(network_terms(graph, codes, own), own) for codes in groups)
        bound = 0.0 if known is None or known.result.bound is None else min(known.result.bound, cost)
        result = AreaResult(
            area, "feasible", cost, bound, practices, len(groups), 0 if known is None else known.result.candidates,
            method,
        )  # fmt: skip
        return AreaOutcome(result, tuple(placed))

    def _outcome(
        self, area: str, rules: Rules, options: Options, deadline: Deadline, *, whole: bool = False
    ) -> AreaOutcome:
        """The best plan of an area, from what is kept where that is enough; ``whole`` if its case is asked for."""
        key = (area, rules)
        known = self._outcomes.get(key)
        if options.moves is None and known is not None and not (whole and known.quick):
            return known
        if self.ahead and area not in self._begun and options.moves is None:
            self._begin(area, rules, options, deadline)
        again = self._again.get(area)
        codes = self.prepared.areas[area]
        graph = demanded_graph(self.prepared.graph.subgraph(codes), rules.demands)
        found = None
        if again is not None and options.moves is None and not whole:
            found = again.solve(rules, options, deadline, self._listings)
        if found is None:
            self.on_stage(f"solving {area}".strip())
            progress = Progress(
                deadline=deadline,
                candidate_cache=self._listings,
                on_stage=self.on_stage,
                on_plan=self.on_plan,
            )
            found = solve_area(graph, area, codes, rules, options, progress)
        if options.moves is None and found.result.status == "optimal":
            self._remember(key, found, graph)
        return found

    def _begin(self, area: str, rules: Rules, options: Options, deadline: Deadline) -> None:
        """Solve an area without the demands that forbid, where there are some, for the questions that follow."""
        self._begun.add(area)
        free = replace(rules, demands=unforbidding(rules.demands))
        if free == rules or (area, free) in self._outcomes:
            return
        self.on_stage(f"solving {area} without what is locked or demanded, once".replace("  ", " "))
        codes = self.prepared.areas[area]
        graph = demanded_graph(self.prepared.graph.subgraph(codes), free.demands)
        share = deadline.share(SOLVE_SHARE)
        progress = Progress(deadline=share, candidate_cache=self._listings, on_stage=self.on_stage)
        found = solve_area(graph, area, codes, free, options, progress)
        if found.result.status == "optimal":
            self._remember((area, free), found, graph)
        elif self.stopped is not None and self.stopped():
            self._begun.discard(area)

    def _remember(self, key: tuple[str, Rules], found: AreaOutcome, graph: nx.Graph) -> None:
        """Keep a proven plan; of an area the first case that others can start from, and the latest."""
        area, rules = key
        self._outcomes[key] = found
        if area not in self._again:
            base = ChangedRules.of(graph, area, rules, found)
            if base is not None:
                self._again[area] = base
        if found.case is None:
            return
        base = self._again.get(area)
        for other, known in self._outcomes.items():
            if other[0] == area and other != key and (base is None or known is not base.outcome):
                self._outcomes[other] = _without_case(known)

    def _let_go(self, codes: tuple[str, ...]) -> None:
        """Keep of an area no more than its plans: what was listed of it has made room for another list."""
        area = next(area for area, inside in self.prepared.areas.items() if codes[0] in inside)
        for key, known in self._outcomes.items():
            if key[0] == area:
                self._outcomes[key] = _without_case(known)
        self._again.pop(area, None)
        if area in self._cases:
            self._cases[area].let_go()

    def _kept(self, area: str, rules: Rules) -> KeptCase:
        """What is kept of an area for questions about more than its best plan by some rules."""
        if area not in self._cases or self._cases[area].rules != rules:
            self._cases[area] = KeptCase(
                area,
                self.prepared.areas[area],
                self.prepared.graph,
                rules,
                self.options,
                lambda until: self._outcome(area, rules, self.options, until, whole=True),
                self.on_stage,
            )
        return self._cases[area]

    def _deadline(self, seconds: float | None) -> Deadline:
        """When a question is over: after so many seconds, or once it is stopped."""
        if self.stopped is None:
            return NEVER if seconds is None else Deadline(time.monotonic() + seconds, time.monotonic)
        stopped = self.stopped
        at = math.inf if seconds is None else time.monotonic() + seconds
        return Deadline(at, lambda: math.inf if stopped() else time.monotonic())


def _without_case(outcome: AreaOutcome) -> AreaOutcome:
    """An outcome of which no more is kept than the plan."""
    return outcome if outcome.case is None else replace(outcome, case=None, quick=True)
