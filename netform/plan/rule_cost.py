"""What a rule costs: the optimum with it less the optimum without it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Optimum", "RuleCost", "change_words", "rule_cost_words"]

# Shown to a tenth, below which a change is called none.
NOTHING = 0.05


@dataclass(frozen=True, slots=True)
class Optimum:
    """The worth of a best plan.

    Attributes
    ----------
    cost : float
        Hours per week and penalties, by their weights.
    exceptions : int
        Networks outside the band, which come before any cost.
    proven : bool
        Whether no plan is better.
    penalties : float
        How much of the cost is penalties, which are nobody's time.
    """

    cost: float
    exceptions: int
    proven: bool
    penalties: float = 0.0


@dataclass(frozen=True, slots=True)
class RuleCost:
    """What a rule costs: the optimum with it less the optimum without it.

    Attributes
    ----------
    kind : str
        As of `Single`, or ``area_line``.
    rule : str
        The rule in words, without a full stop.
    cost : float or None
        Hours per week and penalties, by their weights; below zero where the rule makes a plan cost less, as leaving a
        practice out does, or where exceptions are fewer without it. None when no plan was found without it.
    exceptions : int
        Exceptions with it less exceptions without it.
    proven : bool
        Whether both optima are proven.
    penalties : float
        How much of the cost is penalties.
    """

    kind: str
    rule: str
    cost: float | None
    exceptions: int
    proven: bool
    penalties: float = 0.0


def rule_cost_words(cost: RuleCost) -> str:
    """Say what a rule costs, for people: hours and penalties, or the exceptions where those decide."""
    doubt = "" if cost.proven else " (not proven)"
    if cost.cost is None:
        return "not known: no plan was found without it"
    change = change_words(cost.cost - cost.penalties, cost.penalties)
    if cost.exceptions:
        many = abs(cost.exceptions)
        more = f"{many} exception{'s' * (many != 1)} {'more' if cost.exceptions > 0 else 'fewer'}"
        return f"{more}, and {change}{doubt}"
    return f"{change}{doubt}"


def change_words(hours: float, penalties: float) -> str:
    """Say how much more or less something costs, hours and penalties apart.

    Parameters
    ----------
    hours, penalties : float
        A week, more where above zero.
    """
    parts = []
    if abs(hours) >= NOTHING:
        parts.append(f"{abs(hours):,.1f} hours a week {_direction(hours)}")
    if abs(penalties) >= NOTHING:
        parts.append(f"{abs(penalties):,.1f} {_direction(penalties)} in penalties")
    return ", and ".join(parts) or "no hours"


def _direction(change: float) -> str:
    return "more" if change > 0 else "less"
