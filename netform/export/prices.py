"""prices.csv: what each demand of the planner and each line between areas costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netform.export.rows import rounded
from netform.export.tables import csv_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.plan.rule_cost import RuleCost

__all__ = ["price_rows", "prices_csv"]


def price_rows(prices: Sequence[RuleCost]) -> list[dict[str, Any]]:
    """Return a row for each price, in order.

    Parameters
    ----------
    prices : sequence of RuleCost

    Returns
    -------
    list of dict
        ``hours_per_week`` and ``exceptions`` are the optimum with the rule less the optimum without it.
    """
    return [
        {
            "kind": price.kind,
            "rule": price.rule,
            "hours_per_week": rounded(price.hours),
            "exceptions": price.exceptions,
            "proven": "yes" if price.proven else "no",
        }
        for price in prices
    ]


def prices_csv(prices: Sequence[RuleCost]) -> bytes:
    """Write prices as CSV: UTF-8, commas, a header, one line a price.

    Parameters
    ----------
    prices : sequence of RuleCost
    """
    return csv_bytes(price_rows(prices), ("kind", "rule", "hours_per_week", "exceptions", "proven"))
