"""A column of areas that the planner has not asked for: said, since plans then cross its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.practices.columns import plain_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.practices.columns import Columns

__all__ = ["unused_area_notes"]

# Columns that part a list into areas, the narrowest first, as `plain_name` has them.
AREA_COLUMNS = ("area", "subicbcode", "subicblocationcode", "subicb", "ccgcode", "ccg", "icbcode", "icb")


def unused_area_notes(rows: Sequence[tuple[int, list[str]]], columns: Columns) -> list[str]:
    """Name the narrowest column of areas where none was asked for.

    Parameters
    ----------
    rows : sequence of (int, list of str)
        Row number and cells.
    columns : Columns
    """
    if "area" in columns.index:
        return []
    used = {*columns.soft, *columns.divisions}
    at = {plain_name(header): k for k, header in enumerate(columns.headers) if k not in used}
    for name in AREA_COLUMNS:
        if name not in at:
            continue
        values = {cells[at[name]].strip() for _, cells in rows if at[name] < len(cells)} - {""}
        # One for nearly each practice is no area, and one for all parts nothing.
        if 1 < len(values) <= len(rows) / 2:
            header = columns.headers[at[name]]
            asked = f'"{header}"' if " " in header else header
            said = (
                f"Column {header!r} has {len(values)} areas and was not used: networks may cross their lines unless "
                f"--area {asked} is given."
            )
            return [said]
    return []
