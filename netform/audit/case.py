"""What a plan is held against, and how a check says what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.errors import AuditError

if TYPE_CHECKING:
    import networkx as nx

    from netform.plan.model import Network, Plan
    from netform.practices.model import Practice
    from netform.rules.model import Rules

__all__ = ["INTERIM", "TOLERANCE", "Case", "Check", "close", "refuse"]

# How far a published number may be from the one computed again: a share of it, or hours, minutes, metres.
TOLERANCE = 1e-6

MOST_REPORTED = 50

# Practices that an interrupted run had not come to: they stand together, whatever their patients.
INTERIM = "not_planned"


@dataclass(frozen=True, slots=True)
class Case:
    """A plan with what it is held against.

    Attributes
    ----------
    plan : Plan
    practices : mapping of str to Practice
        The list that was planned, by code, in its order.
    sha256 : str
        Digest of the list.
    rules : Rules
    graph : networkx.Graph
        Of the whole list, as the demands make it.
    networks : int or None
        The number of networks asked for in each area, beside what the rules demand.
    strict : bool
        Whether exceptions were forbidden.
    """

    plan: Plan
    practices: Mapping[str, Practice]
    sha256: str
    rules: Rules
    graph: nx.Graph
    networks: int | None
    strict: bool

    def patients(self, network: Network) -> int:
        """Sum the patients of a network by the list; an invented practice has none."""
        return sum(
            self.practices[code].list_size for code in network.practice_codes if code in self.practices
        )

    def measurable(self) -> Iterator[Network]:
        """Pass over networks with unknown practices: their travel and terms cannot be computed."""
        for network in self.plan.networks:
            codes = network.practice_codes
            if codes and all(code in self.practices and code in self.graph for code in codes):
                yield network

    def minutes(self, code: str, hub: str) -> float:
        """Look up the minutes one way by car between two practices."""
        nodes = self.graph.nodes
        return float(self.graph.graph["travel"].minutes(nodes[code]["position"], nodes[hub]["position"]))


Check = Callable[[Case], Iterator[str]]


def refuse(what: str, faults: Sequence[str]) -> None:
    """Raise with the faults, one a line, up to the first 50; nothing when there are none."""
    if not faults:
        return
    lines = [f"- {fault}" for fault in faults[:MOST_REPORTED]]
    if len(faults) > MOST_REPORTED:
        lines.append(f"- and {len(faults) - MOST_REPORTED:,} more")
    count = f"{len(faults):,} fault{'s' * (len(faults) != 1)}"
    raise AuditError(f"the audit refused the {what}, so nothing is written ({count}):\n" + "\n".join(lines))


def close(said: float, found: float) -> bool:
    """Compare two numbers; nothing agrees with NaN."""
    return abs(said - found) <= TOLERANCE * max(1.0, abs(found))
