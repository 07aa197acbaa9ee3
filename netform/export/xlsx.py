"""networks.xlsx: a workbook for people: the networks, the practices, and what stands behind them."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from netform.export.rows import network_rows, practice_rows
from netform.inputs.gazetteer import ATTRIBUTION

if TYPE_CHECKING:
    from netform.plan.model import Plan
    from netform.result import Result

__all__ = ["workbook"]

# A workbook dates itself. A date of its own would make every run's bytes different.
FIXED_DATE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

# The longest text a cell may hold.
LONGEST_CELL = 32_767

# Columns are as wide as their contents within these, in characters.
NARROWEST, WIDEST = 8, 60


def workbook(result: Result) -> bytes:
    """Write a workbook with the sheets Networks, Practices and About. No cell of it is a formula.

    Parameters
    ----------
    result : Result
    """
    import xlsxwriter  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415 - only this format needs it

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": "Primary care networks", "created": FIXED_DATE.replace(tzinfo=None)})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        networks = [row | {"practice_codes": " ".join(row["practice_codes"])} for row in network_rows(result)]
        _fill(book.add_worksheet("Networks"), networks, bold)
        _fill(book.add_worksheet("Practices"), practice_rows(result), bold)
        _fill(book.add_worksheet("About"), _about(result.plan), bold)
    return content.getvalue()


def _fill(sheet: Any, rows: Sequence[Mapping[str, Any]], bold: Any) -> None:
    """Fill a sheet with a header that stays in view, and a filter on it."""
    names = list(rows[0]) if rows else []
    for column, name in enumerate(names):
        sheet.write_string(0, column, name.replace("_", " "), bold)
        longest = max((len(str(row[name])) for row in rows if row[name] is not None), default=0)
        sheet.set_column(column, column, min(max(longest + 1, NARROWEST), WIDEST))
        for line, row in enumerate(rows, start=1):
            value = row[name]
            if isinstance(value, str):
                sheet.write_string(line, column, value[:LONGEST_CELL])
            elif value is not None:
                sheet.write_number(line, column, value)
    sheet.freeze_panes(1, 1)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(names) - 1)


def _about(plan: Plan) -> list[dict[str, Any]]:
    """Return what a reader should know of the plan: its proof, its sources, its rights."""
    facts: list[tuple[str, Any]] = [
        ("status", plan.status),
        ("cost, hours per week", plan.cost),
        ("no plan can beat, hours per week", plan.bound),
        ("gap", plan.gap),
    ]
    for area in plan.areas:
        label = f"area {area.area}" if area.area else "the list"
        facts.append(
            (label, f"{area.status}: {area.practices} practices, {area.networks} networks. {area.method}")
        )
        facts.extend((label, said) for said in (area.unproven, *area.notes) if said)
    facts.extend((f"unplaced {each.practice_code}", each.reason) for each in plan.unplaced)
    facts.extend((str(key), _plain(value)) for key, value in sorted(plan.provenance.items()))
    facts.append(("attribution", ATTRIBUTION))
    return [{"what": what, "value": value} for what, value in facts]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {each}" for key, each in sorted(value.items()))
    return value if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
