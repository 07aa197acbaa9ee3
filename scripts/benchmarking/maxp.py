"""MaxP of spopt: as many networks as there can be with at least so many patients, each as compact as possible.

It knows a least list size and no most, and what it makes small is the distance between the members' places (east
and west plus north and south): the number of networks is its own, and a plan over the band is its honest answer. It
has no time limit of its own, so it is run with its defaults again and again from other seeds, and the best plan by
netform's judgement counts: more than its users would ask of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scripts.benchmarking.task import Task

__all__ = ["solve_maxp"]


def solve_maxp(task: Task) -> None:
    """Divide the practices by MaxP until the time is over; every run offers its plan."""
    # Brings a good deal with it, and is not there for those who only use netform.
    import pandas as pd  # noqa: PLC0415
    from libpysal.weights import W  # noqa: PLC0415
    from spopt.region.maxp import MaxPHeuristic  # noqa: PLC0415

    codes = sorted(task.graph)
    number = {code: k for k, code in enumerate(codes)}
    nodes = [task.graph.nodes[code] for code in codes]
    frame = pd.DataFrame({key: [node[key] for node in nodes] for key in ("easting", "northing", "list_size")})
    near = {number[code]: sorted(number[other] for other in task.graph[code]) for code in codes}
    weights = W(near, silence_warnings=True)
    task.restart()
    while task.left > 0:
        # MaxP draws from numpy's own generator, which is this process's alone.
        np.random.seed(task.seed + task.steps)  # noqa: NPY002
        model = MaxPHeuristic(frame, weights, ["easting", "northing"], "list_size", task.rules.least, top_n=2)
        model.solve()
        task.steps += 1
        groups: dict[int, list[str]] = {}
        for code, label in zip(codes, model.labels_, strict=True):
            groups.setdefault(int(label), []).append(code)
        task.offer(groups.values())
    task.note = f"{task.steps:,} runs"
