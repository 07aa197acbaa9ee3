"""The peers by name, and one run of one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scripts.benchmarking.assignment import solve_assignment
from scripts.benchmarking.chains import solve_bursts, solve_recom
from scripts.benchmarking.maxp import solve_maxp
from scripts.benchmarking.task import Task

if TYPE_CHECKING:
    from collections.abc import Callable

    import networkx as nx

    from netform.rules.model import Rules

__all__ = ["PEERS", "TITLES", "run_peer"]

PEERS: dict[str, Callable[[Task], None]] = {
    "maxp": solve_maxp,
    "recom": solve_recom,
    "bursts": solve_bursts,
    "assignment": solve_assignment,
}

TITLES = {
    "netform": "netform",
    "maxp": "spopt MaxP",
    "recom": "GerryChain ReCom",
    "bursts": "GerryChain short bursts",
    "assignment": "CP-SAT assignment",
}


def run_peer(
    report: Callable[[dict[str, Any]], None],
    name: str,
    graph: nx.Graph,
    rules: Rules,
    networks: int,
    seconds: float,
    seed: int,
) -> None:
    """Run a peer on an area, and report every better plan and what the run took.

    Parameters
    ----------
    report : callable
    name : str
        One of `PEERS`.
    graph : networkx.Graph
    rules : Rules
    networks : int
        How many netform's plan has.
    seconds : float
        CPU time.
    seed : int
    """
    task = Task(graph, rules, networks, seconds, seed, report)
    PEERS[name](task)
    report({"seconds": task.spent, "steps": task.steps, "note": task.note})
