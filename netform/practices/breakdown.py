"""Breakdowns: publications with a row for each sex and age, of which only the totals are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.errors import Fault
from netform.practices.columns import plain_name

if TYPE_CHECKING:
    from netform.practices.tables import Table

__all__ = ["AGES", "ALL", "KINDS", "SEXES", "whole_practice_rows"]

SEXES = ("sex", "gender")
AGES = (
    "age",
    "agegroup5",
    "agegroup",
    "ageband",
    "ageyears",
    "agerange",
    "agegroup10",
    "quinaryage",
    "quinaryageband",
)
KINDS = ("orgtype", "type")
ALL = frozenset({"ALL", "ALL AGES", "ALL PERSONS", "ALL PATIENTS", "TOTAL", "PERSONS", "BOTH", "BOTH SEXES"})


def whole_practice_rows(
    table: Table, position: int
) -> tuple[list[tuple[int, list[str]]], list[str], list[Fault]]:
    """Rows below the header with anything in them, less those of one sex or age or of a larger area.

    NHS England publishes registrations as ``ORG_TYPE, ORG_CODE, ..., SEX, AGE, NUMBER_OF_PATIENTS`` where the
    row of a whole practice has type GP, sex ALL and age ALL. Only a list with both a sex and an age column is
    taken for such a one; the ages are never added up, because some are suppressed.

    Parameters
    ----------
    table : Table
    position : int
        Of the header among its rows.

    Returns
    -------
    rows : list of (int, list of str)
        Row number and cells.
    notes : list of str
        How many rows were left out.
    faults : list of Fault
        When no row is about a whole practice.
    """
    rows = [
        (row, cells)
        for row, cells in enumerate(table.rows[position + 1 :], start=position + 2)
        if any(cells) and any(map(str.strip, cells))
    ]
    plain = [plain_name(header) for header in table.rows[position]] if table.rows else []
    age = next((plain.index(name) for name in AGES if name in plain), None)
    sex = next((plain.index(name) for name in SEXES if name in plain), None)
    if sex is None or age is None:
        return rows, [], []
    kind = next((plain.index(name) for name in KINDS if name in plain), None)
    kept = [(row, cells) for row, cells in rows if _is_whole(cells, sex, age, kind)]
    if rows and not kept:
        problem = "every row is about one sex or age, and none about a whole practice"
        remedy = "Use the publication that has rows with sex ALL and age ALL"
        return [], [], [Fault(table.file, position + 1, table.rows[position][sex], None, problem, remedy)]
    left_out = len(rows) - len(kept)
    notes = [f"{left_out:,} rows about one sex, one age or a larger area were left out."] if left_out else []
    return kept, notes, []


def _is_whole(cells: list[str], sex: int, age: int, kind: int | None) -> bool:
    if len(cells) <= max(sex, age, kind or 0):
        return True  # a ragged row: its fault is reported where the width is checked
    if cells[sex].strip().upper() not in ALL or cells[age].strip().upper() not in ALL:
        return False
    return kind is None or cells[kind].strip().upper() == "GP"
