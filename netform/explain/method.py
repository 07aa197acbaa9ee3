"""How a plan was found, what its bound is worth and why it is not proven best, in a sentence or two for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netform.plan.model import AreaResult
    from netform.solve.model.outcome import Doubt, Solution

__all__ = ["CUT_SHORT", "ONLY_PLAN", "method", "search_method", "unproven"]

ONLY_PLAN = "By their patients these practices can only be one network within the band."

CUT_SHORT = (
    "The run was cut short: the plan is the best that was found by then, and none as near the band costs less than the "
    "bound."
)

_ENDED = {
    "time": "when time ran out",
    "interrupted": "when the run was stopped",
    "": "when nothing was left to try",
}


def method(solution: Solution, listed: int) -> str:
    """Say how a plan was found over all feasible networks, and what is proven of it.

    Parameters
    ----------
    solution : Solution
    listed : int
        Feasible networks.
    """
    if listed == 1:
        return "The one feasible network was listed and scored: there is nothing to choose."
    said = f"All {listed:,} feasible networks were listed and scored"
    if solution.status == "optimal":
        return f"{said}, and no other choice of them as near the band costs less."
    return (
        f"{said}; the plan is the best found in the time, and no choice of them as near the band costs less than the "
        "bound."
    )


def search_method(proven: bool, listed: int, *, exceptions: bool) -> str:
    """Say how a plan was found where not all feasible networks could be kept and solved over.

    Parameters
    ----------
    proven : bool
        Whether no plan as near the band costs less.
    listed : int
        Feasible networks, where they were listed but the proof over them was not finished.
    exceptions : bool
        Whether the plan has exceptions that are not proven to be needed.
    """
    if listed:
        why = f"The choice among all {listed:,} feasible networks was not finished"
    else:
        why = "The feasible networks are more than may be kept (--memory)"
    if proven:
        return (
            f"{why}; the plan comes from search, and the bound proves that none as near the band costs less."
        )
    said = (
        f"{why}: the plan is the best that search found, and none as near the band costs less than the bound."
    )
    return f"{said} That the exceptions are the fewest possible is not proven." if exceptions else said


def unproven(result: AreaResult, exceptions: int, doubt: Doubt) -> str:
    """Say what was left open of an area's plan, and what would help to close it.

    How much might still be saved is said elsewhere (`netform.report.words.verdict`).

    Parameters
    ----------
    result : AreaResult
    exceptions : int
        Networks of the plan outside the band.
    doubt : Doubt
        What stood between the plan and its proof.
    """
    left = "; and ".join(_left_open(exceptions, result.exceptions_bound, doubt))
    # With the fewest exceptions proven and every network settled, those that are nearer the band are what is left.
    nearer = exceptions and exceptions == result.exceptions_bound
    rest = (
        "whether the exceptions could be nearer the band"
        if nearer
        else "whether a plan as near the band costs less"
    )
    said = f"Left open {_ENDED[doubt.ended]}: {left or rest}."
    advice = list(_advice(result, doubt))
    return f"{said} What would help: {'; '.join(advice)}." if advice else said


def _left_open(exceptions: int, needed: int, doubt: Doubt) -> Iterator[str]:
    """Say which feasible networks have not been settled, and whether as many exceptions are proven to be needed."""
    if doubt.columns is None:
        why = "had not all been listed by then" if doubt.listed else "are too many to be looked at one by one"
        yield f"the feasible networks {why}"
    elif doubt.columns:
        some = "one feasible network" if doubt.columns == 1 else f"{doubt.columns:,} feasible networks"
        yield f"{some} may still be part of a better plan"
    if 0 < needed < exceptions:
        some = f"{needed:,} {'exceptions are' if needed > 1 else 'exception is'}"
        yield f"that {some} needed is proven, not that {exceptions:,} are"
    elif needed < exceptions:
        some = "its exception" if exceptions == 1 else f"any of its {exceptions:,} exceptions"
        yield f"that {some} is needed is not proven"


def _advice(result: AreaResult, doubt: Doubt) -> Iterator[str]:
    """Say what would bring plan and bound together, the easiest first."""
    if doubt.ended == "interrupted":
        yield "to let it run on"
    elif doubt.ended:
        yield "more time (--time-limit)"
    if doubt.listed:
        return
    yield "more memory, if that is enough to keep the feasible networks (--memory)"
    yield "a narrower band, which has fewer of them (--min, --max)"
    if not result.area:
        yield "areas that are planned one by one (--area)"
