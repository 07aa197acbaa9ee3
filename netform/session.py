"""A plan to argue with: keep what is expensive, change the rules, ask again.

A session holds a prepared list and every candidate it has listed, so that a changed rule is answered at once::

    session = Session(prepared, load_profile())
    plan = session.solve()
    pinned = session.solve(replace(rules, demands=replace(rules.demands, pins=(("A81001", "A81002"),))))
    fronts = session.front(parse_axis("patient_travel"), parse_axis("workforce"))

Every plan it gives is audited. It is what the planner's page sits on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from netform.grouping import Grouping
    from netform.pipeline import Prepared
    from netform.plan import Plan
    from netform.rules import Rules
    from netform.solve.area import Options
    from netform.tradeoff import Alternative, Axis, Border, Front, Groups

__all__ = ["Moves", "Session"]


@dataclass(frozen=True, slots=True)
class Moves:
    """How far a plan may be from where it starts.

    A practice has moved when the network of ``start`` that it is in has no more than half of its patients in the
    practice's new one (the measure of the continuity term). A practice that starts in no network has not moved.

    Attributes
    ----------
    start : Grouping
    practices, patients : int or None
        At most so many, over each area; None for any number.
    """

    start: Grouping
    practices: int | None = None
    patients: int | None = None


@dataclass(slots=True)
class Session:
    """Answers about one prepared list, with what it has listed kept between them.

    Attributes
    ----------
    prepared : Prepared
    rules : Rules
        Those of questions that give none.
    options : Options
    """

    prepared: Prepared
    rules: Rules
    options: Options
    on_stage: Callable[[str], None] = field(default=lambda _stage: None)

    def solve(
        self, rules: Rules | None = None, *, moves: Moves | None = None, seconds: float | None = None
    ) -> Plan:
        """The best plan by the rules, audited; with ``moves`` the best that is near its start."""
        raise NotImplementedError

    def front(
        self,
        x: Axis,
        y: Axis,
        *,
        resolution: float = 0.02,
        complete: bool = False,
        seconds: float | None = None,
    ) -> list[Front]:
        """The exact front of every area, in order of area."""
        raise NotImplementedError

    def alternatives(
        self, count: int, *, within: float = 0.01, different: int = 3, seconds: float | None = None
    ) -> dict[str, list[Alternative]]:
        """For each area the best plan, the ``count`` next best, and the most different ones within a share."""
        raise NotImplementedError

    def borders(self, *, within: float = 0.01, seconds: float | None = None) -> dict[str, list[Border]]:
        """For each area, whether every two neighbours are together in all, some or none of the plans near the best."""
        raise NotImplementedError

    def plan_of(self, groups: Sequence[Groups], method: str) -> Plan:
        """A plan of given networks, one sequence for each area in order, with terms, reasons and an audit."""
        raise NotImplementedError
