"""prices.csv: a row a price, and its place in the folder."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from netform.export.formats import folder_files, folder_names, stale_files
from netform.export.plan import PLAN
from netform.plan.rule_cost import RuleCost

if TYPE_CHECKING:
    from netform.result import Result

PRICES = (
    RuleCost("pin", "=A1 and B2 pinned as a network", 12.3456789, 0, proven=True, penalties=10.0),
    RuleCost("area_line", "the line between 15F and QNC", None, 0, proven=False),
)


def _priced(result: Result) -> Result:
    return dataclasses.replace(result, prices=PRICES)


def test_rows(result: Result) -> None:
    """Hours without the penalties, rounded; nothing that a spreadsheet would run, a blank for what is not known."""
    assert folder_files(PLAN, _priced(result))["prices.csv"]().decode("utf-8-sig") == (
        "kind,rule,hours_per_week,exceptions,proven,penalties,cost\n"
        "pin,'=A1 and B2 pinned as a network,2.345679,0,yes,10.0,12.345679\n"
        "area_line,the line between 15F and QNC,,0,no,,\n"
    )


def test_the_folder_has_prices_only_when_there_are_some(result: Result) -> None:
    """Before the plan, which seals it; those of an earlier result are then stale."""
    assert "prices.csv" not in folder_files(PLAN, result)
    assert "prices.csv" in stale_files(PLAN, result)
    assert "prices.csv" in folder_files(PLAN, _priced(result))
    assert "prices.csv" not in stale_files(PLAN, _priced(result))
    assert "prices.csv" in folder_names(PLAN)
