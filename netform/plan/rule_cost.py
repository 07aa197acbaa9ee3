"""What a rule costs: the optimum with it less the optimum without it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Optimum", "RuleCost", "rule_cost_words"]


@dataclass(frozen=True, slots=True)
class Optimum:
    """The worth of a best plan.

    Attributes
    ----------
    hours : float
        Weighted hours per week.
    exceptions : int
        Networks outside the band, which come before any hours.
    proven : bool
        Whether no plan is better.
    """

    hours: float
    exceptions: int
    proven: bool


@dataclass(frozen=True, slots=True)
class RuleCost:
    """What a rule costs: the optimum with it less the optimum without it.

    Attributes
    ----------
    kind : str
        As of `Single`, or ``area_line``.
    rule : str
        The rule in words, without a full stop.
    hours : float or None
        Weighted hours per week; below zero where the rule saves, as leaving a practice out does, or where
        exceptions are fewer without it. None when no plan was found without it.
    exceptions : int
        Exceptions with it less exceptions without it.
    proven : bool
        Whether both optima are proven.
    """

    kind: str
    rule: str
    hours: float | None
    exceptions: int
    proven: bool


def rule_cost_words(cost: RuleCost) -> str:
    """Say what a rule costs, for people: the hours, or the exceptions where those decide."""
    doubt = "" if cost.proven else " (not proven)"
    if cost.hours is None:
        return "not known: no plan was found without it"
    if cost.exceptions:
        many = abs(cost.exceptions)
        more = f"{many} exception{'s' * (many != 1)} {'more' if cost.exceptions > 0 else 'fewer'}"
        return f"{more}, and {_hours(cost.hours)}{doubt}"
    return f"{_hours(cost.hours)}{doubt}"


def _hours(hours: float) -> str:
    if abs(hours) < 0.05:
        return "no hours"
    return f"{abs(hours):,.1f} hours a week {'more' if hours > 0 else 'less'}"
