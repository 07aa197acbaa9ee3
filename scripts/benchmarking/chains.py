"""GerryChain: a walk through plans that joins two networks and divides them anew (ReCom), and the same in short bursts.

Both begin with a plan drawn by spanning trees and keep to netform's number of networks. The band is kept exactly:
ReCom is given its middle as the ideal and half of its width as the tolerance. The plain chain goes wherever it
goes, and the cheapest plan it passes counts; short bursts start anew from the cheapest so far, every ten steps, as
its authors do.
"""

from __future__ import annotations

import random
import warnings
from functools import partial
from typing import TYPE_CHECKING, Any

import networkx as nx

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scripts.benchmarking.task import Task

__all__ = ["solve_bursts", "solve_recom"]

BURST_STEPS = 10
# Spanning trees drawn before another pair of networks is tried, and before a first plan is begun anew.
MOST_TREES = 200


def solve_recom(task: Task) -> None:
    """Walk through plans at random; the cheapest that is passed counts."""
    _Walk(task).recom()


def solve_bursts(task: Task) -> None:
    """Walk in short bursts, each from the cheapest plan so far."""
    _Walk(task).bursts()


class _Walk:
    """The graph as GerryChain has it, and the time of a task."""

    def __init__(self, task: Task) -> None:
        # Not there for those who only use netform.
        from gerrychain import Graph  # noqa: PLC0415

        # That some pair of networks was hard to divide is no news here: another is tried.
        warnings.filterwarnings("ignore", module="gerrychain")
        self.task = task
        self.codes = sorted(task.graph)
        number = {code: k for k, code in enumerate(self.codes)}
        plain = nx.Graph()
        for code in self.codes:
            plain.add_node(number[code], patients=int(task.graph.nodes[code]["list_size"]))
        plain.add_edges_from((number[a], number[b]) for a, b in task.graph.edges)
        self.graph = Graph.from_networkx(plain)
        self.rng = random.Random(task.seed)  # noqa: S311 (nothing secret: a walk that can be walked again)
        task.restart()

    def recom(self) -> None:
        """Walk until the time is over."""
        from gerrychain import MarkovChain  # noqa: PLC0415

        start = self.start()
        if start is None:
            return
        steps = self.seen(
            MarkovChain(self.proposal(), [], initial_partition=start, total_steps=10**9, rng=self.rng)
        )
        self.task.note = f"{steps:,} steps"

    def bursts(self) -> None:
        """Walk in bursts until the time is over."""
        from gerrychain.optimization import SingleMetricOptimizer  # noqa: PLC0415

        start = self.start()
        if start is None:
            return
        walk = SingleMetricOptimizer(
            self.proposal(),
            [],
            start,
            lambda partition: self.task.scorer.cost(self.groups(partition)),
            maximize=False,
            rng=self.rng,
        )
        steps = self.seen(walk.short_bursts(BURST_STEPS, 10**9))
        self.task.note = f"{steps:,} steps"

    def seen(self, partitions: Iterable[Any]) -> int:
        """Offer every plan of a walk until the time is over, and count them."""
        from gerrychain.proposals.tree_proposals import MetagraphError  # noqa: PLC0415

        try:
            for partition in partitions:
                self.task.steps += 1
                self.task.offer(self.groups(partition))
                if self.task.left <= 0:
                    break
        except MetagraphError:
            # No two networks could be divided otherwise within so many trees: the walk is at its end.
            self.task.note = "stuck"
        return self.task.steps

    def start(self) -> Any:
        """Draw a first plan of as many networks, inside the band; None when none was found in the time."""
        from gerrychain import Partition  # noqa: PLC0415
        from gerrychain.partition import recursive_tree_part  # noqa: PLC0415
        from gerrychain.tree import PopulationBalanceError, bipartition_tree  # noqa: PLC0415

        task, rules = self.task, self.task.rules
        patients = sum(task.graph.nodes[code]["list_size"] for code in self.codes)
        ideal = patients / task.networks
        sides = (1 - rules.least / ideal, rules.most / ideal - 1)
        tries = 0
        while task.left > 0:
            # What keeps both ends of the band may be too narrow to be met by chance; the wider tolerance lets
            # lists pass one end, and is tried in turn.
            tolerance = (min(sides), max(sides))[tries % 2]
            tries += 1
            try:
                assignment = recursive_tree_part(
                    self.graph,
                    range(task.networks),
                    ideal,
                    "patients",
                    tolerance,
                    bipartition_tree_fn=partial(bipartition_tree, max_attempts=MOST_TREES),
                    rng=self.rng,
                )
            except (PopulationBalanceError, RuntimeError):
                continue
            partition = Partition(self.graph, assignment)
            lists = [
                sum(task.graph.nodes[code]["list_size"] for code in group) for group in self.groups(partition)
            ]
            if all(rules.least <= list_size <= rules.most for list_size in lists):
                return partition
        task.note = f"no first plan in {tries:,} tries"
        return None

    def proposal(self) -> Any:
        """The step of both walks: two networks joined and divided anew, both within the band."""
        from gerrychain.proposals.tree_proposals import build_recom_proposal_fn  # noqa: PLC0415
        from gerrychain.tree import bipartition_tree  # noqa: PLC0415

        least, most = self.task.rules.least, self.task.rules.most
        return build_recom_proposal_fn(
            "patients",
            (least + most) / 2,
            (most - least) / (most + least),
            bipartition_tree_fn=partial(
                bipartition_tree, max_attempts=MOST_TREES, allow_pair_reselection=True
            ),
        )

    def groups(self, partition: Any) -> list[list[str]]:
        """The practice codes of every network of a partition."""
        of = partition.graph.original_nx_node_id_for_internal_node_id
        return [[self.codes[of(node)] for node in nodes] for nodes in partition.parts.values()]
