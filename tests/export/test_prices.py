"""prices.csv: a row a price, and its place in the folder."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from netform.export import FOLDER_FILES, PRICES_FILE, folder_files
from netform.export.prices import prices_csv
from netform.plan.rule_cost import RuleCost

if TYPE_CHECKING:
    from netform.result import Result

PRICES = (
    RuleCost("pin", "=A1 and B2 pinned as a network", 12.3456789, 0, proven=True),
    RuleCost("area_line", "the line between 15F and QNC", None, 0, proven=False),
)


def test_rows() -> None:
    """Hours rounded, nothing that a spreadsheet would run, a blank for what is not known."""
    assert prices_csv(PRICES).decode() == (
        "kind,rule,hours_per_week,exceptions,proven\n"
        "pin,'=A1 and B2 pinned as a network,12.345679,0,yes\n"
        "area_line,the line between 15F and QNC,,0,no\n"
    )
    assert prices_csv(()) == b"kind,rule,hours_per_week,exceptions,proven\n"


def test_the_folder_has_prices_only_when_there_are_some(result: Result) -> None:
    """Before the plan, which seals it."""
    assert tuple(folder_files(result)) == FOLDER_FILES
    files = folder_files(dataclasses.replace(result, prices=PRICES))
    assert tuple(files) == (*FOLDER_FILES[:-1], PRICES_FILE, FOLDER_FILES[-1])
    assert files[PRICES_FILE]() == prices_csv(PRICES)
