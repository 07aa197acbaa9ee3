"""Edges and travel minutes a user gives: ``--graph``, ``--edges`` and ``--travel``."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EdgeChange"]


@dataclass(frozen=True, slots=True)
class EdgeChange:
    """One row of a user's file of edges.

    Attributes
    ----------
    code_a, code_b : str
        ODS codes, both in the list.
    drop : bool
        Whether the edge is taken out rather than put in.
    kind : str
        ``border``, ``site`` or ``bridge``, for an edge put in.
    minutes : float or None
        One way by car, when the row gives it.
    """

    code_a: str
    code_b: str
    drop: bool = False
    kind: str = "bridge"
    minutes: float | None = None
