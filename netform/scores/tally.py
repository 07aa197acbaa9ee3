"""What terms come to: hours of somebody, penalties of nobody, and the cost that plans are chosen by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.scores import TERMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Tally", "add_up", "is_penalty", "penalty_cost"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Terms added up, each kind by itself.

    Attributes
    ----------
    hours : mapping of str to float
        Terms that are somebody's time and count in the cost, unweighted hours per week.
    penalties : mapping of str to float
        Terms that are nobody's time and count in the cost, unweighted.
    beside : mapping of str to float
        Terms of weight 0, of either kind: no part of the cost.
    cost : float
        The terms added up by their weights.
    weighted : bool
        Whether a term counts by another weight than 1, so that hours and penalties do not add up to the cost.
    """

    hours: Mapping[str, float]
    penalties: Mapping[str, float]
    beside: Mapping[str, float]
    cost: float
    weighted: bool

    @property
    def all_hours(self) -> float:
        """Hours per week of all terms that count."""
        return math.fsum(self.hours.values())

    @property
    def all_penalties(self) -> float:
        """All penalties that count."""
        return math.fsum(self.penalties.values())


def is_penalty(name: str) -> bool:
    """Say whether a term is a penalty; a term that nobody knows is taken for hours, as it is called in files."""
    return name in TERMS and TERMS[name].kind == "penalty"


def add_up(networks: Iterable[Mapping[str, float]], weights: Mapping[str, float]) -> Tally:
    """Add up the terms of networks.

    Parameters
    ----------
    networks : iterable of mapping of str to float
        The unweighted terms of each.
    weights : mapping of str to float
        A term it lacks counts once.

    Returns
    -------
    Tally
        Terms in the order in which the networks have them.
    """
    values: dict[str, list[float]] = {}
    for terms in networks:
        for name, value in terms.items():
            values.setdefault(name, []).append(value)
    sums = {name: math.fsum(each) for name, each in values.items()}
    counted = {name: total for name, total in sums.items() if weights.get(name, 1.0)}
    return Tally(
        hours={name: total for name, total in counted.items() if not is_penalty(name)},
        penalties={name: total for name, total in counted.items() if is_penalty(name)},
        beside={name: total for name, total in sums.items() if name not in counted},
        cost=math.fsum(weights.get(name, 1.0) * total for name, total in counted.items()),
        weighted=any(weights.get(name, 1.0) != 1.0 for name, total in counted.items() if total),
    )


def penalty_cost(networks: Iterable[Mapping[str, float]], weights: Mapping[str, float]) -> float:
    """Give what penalties add to the cost of networks, by their weights.

    Parameters
    ----------
    networks : iterable of mapping of str to float
        The unweighted terms of each.
    weights : mapping of str to float
        A term it lacks counts once.
    """
    return math.fsum(
        weights.get(name, 1.0) * value
        for terms in networks
        for name, value in terms.items()
        if is_penalty(name)
    )
