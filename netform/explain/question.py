"""What is asked about practices that cannot be divided, and what an answer may be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from netform.explain.divisible import divisible
from netform.solve.model.stopping import NEVER, Deadline

if TYPE_CHECKING:
    from collections.abc import Collection

    import networkx as nx

    from netform.rules import Rules

__all__ = ["Question", "Remedy", "free_practices"]


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change after which the practices can be divided within the rules.

    Attributes
    ----------
    kind : str
        ``least``, ``most``, ``bridge``, ``networks``, or the kind of the demand to drop.
    sentence : str
        For people.
    rules : Rules
        The rules after the change.
    edge : (str, str) or None
        The bridge to add.
    practice_codes : tuple of str
        The practices that are divisible then: those asked about and any that the change brings in.
    """

    kind: str
    sentence: str
    rules: Rules
    edge: tuple[str, str] | None = None
    practice_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """Some practices that cannot be divided within the rules, and the time there is to find out why.

    Attributes
    ----------
    graph : networkx.Graph
        Of the practices of the whole area, without what demands add to it.
    codes : tuple of str
        The practices, sorted.
    rules : Rules
        Those of the area.
    whole_deadline : Deadline
        Of all that is asked.
    deadline : Deadline
        Of what is asked now.
    """

    graph: nx.Graph
    codes: tuple[str, ...]
    rules: Rules
    whole_deadline: Deadline
    deadline: Deadline = NEVER

    def sharing(self, kinds: int) -> Question:
        """Give the next of some kinds of change its share of the time left."""
        left = self.whole_deadline.seconds_left
        if left is None:
            return self
        clock = self.whole_deadline.clock
        return replace(self, deadline=Deadline(clock() + left / kinds, clock))

    def divisible(self, codes: Collection[str], rules: Rules, graph: nx.Graph | None = None) -> bool | None:
        """Ask, with as many networks as there have to be."""
        if self.deadline.passed:
            return None
        networks = rules.demands.networks
        if networks is not None:
            over = [code for code in free_practices(self.graph, rules) if self.list_size(code) > rules.most]
            networks -= len(rules.demands.pins) + len(over)
        whole = self.graph if graph is None else graph
        return divisible(whole, codes, rules, self.deadline, networks=networks)

    def list_size(self, code: str) -> int:
        """The list size of a practice."""
        return int(self.graph.nodes[code]["list_size"])

    @cached_property
    def free(self) -> frozenset[str]:
        """Practices of the area that are neither pinned nor left out."""
        return free_practices(self.graph, self.rules)


def free_practices(graph: nx.Graph, rules: Rules) -> frozenset[str]:
    """Give the practices of an area that are neither pinned nor left out."""
    pinned = {code for pin in rules.demands.pins for code in pin}
    return frozenset(graph) - pinned - set(rules.demands.exclude)
