"""How a plan was found and what its bound is worth, in a sentence or two for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netform.solve.model.solution import Solution

__all__ = ["ONLY_PLAN", "method", "search_method"]

ONLY_PLAN = "By their patients these practices can only be one network within the band."


def method(solution: Solution, listed: int) -> str:
    """Say how a plan was chosen among all feasible networks, and what is proven of it.

    Parameters
    ----------
    solution : Solution
    listed : int
        Feasible networks.
    """
    if solution.status == "optimal":
        return f"All {listed:,} feasible networks were listed and scored, and no other choice of them costs less."
    return (
        f"All {listed:,} feasible networks were listed and scored; the plan is the best found in the time, and "
        "no choice of them costs less than the bound."
    )


def search_method(proven: bool, listed: int, met: int | None, *, exceptions: bool) -> str:
    """Say how a plan was found where not all feasible networks could be kept and solved over.

    Parameters
    ----------
    proven : bool
        Whether no plan costs less.
    listed : int
        Feasible networks, where they were listed but time ran out over them.
    met : int or None
        Feasible networks that were met as they were priced, where they were counted.
    exceptions : bool
        Whether the plan has exceptions that are not proven to be needed.
    """
    if listed:
        why = f"Time ran out while choosing among all {listed:,} feasible networks"
    elif met is not None:
        why = f"The {met:,} feasible networks are more than may be kept (--memory), and were priced as they were met"
    else:
        why = "The feasible networks are more than may be kept (--memory)"
    if proven:
        return f"{why}; the plan comes from search, and the bound proves that no plan costs less."
    said = f"{why}: the plan is the best that search found, and no plan costs less than the bound."
    return f"{said} That the exceptions are the fewest possible is not proven." if exceptions else said
