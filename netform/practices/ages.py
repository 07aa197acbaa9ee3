"""Patients by age in columns, added up to list sizes where every age stands there once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from netform.errors import Fault
from netform.practices.columns import ALIASES, plain_name
from netform.practices.tables import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["with_sums_of_ages"]

# As few columns of ages are no list by age.
_FEWEST = 3
# Where no age is given as open ("85+"), the oldest one that a list may end at.
_OLDEST = 89

_SEXES = {"male": "m", "males": "m", "m": "m", "female": "f", "females": "f", "f": "f"}
_SEX = r"(?:fe)?males?|persons|people|patients|all|total|[mf]"
_WORDS = r"(?:\s*(?:patients|aged?s?|years?|yrs?)\b)*\s*"
# "Male 0-4", "F_85+", "15 to 19", "Under 5", "0-4 M": a sex if any, before or after an age or a range of ages.
_HEADER = re.compile(
    rf"(?:(?P<before>{_SEX})(?![a-z]))?{_WORDS}"
    r"(?:(?P<under>under|less than|<)\s*(?P<below>[0-9]{1,3})"
    r"|(?:over|>=?)\s*(?P<above>[0-9]{1,3})"
    r"|(?P<low>[0-9]{1,3})(?:\s*(?:-|to|\s)\s*(?P<high>[0-9]{1,3})"
    r"|\s*(?P<open>\+|plus|(?:and |or )?(?:over|above|older)))?"
    r"|(?P<unknown>unknown|not known))"
    rf"{_WORDS}(?:(?P<after>{_SEX})(?![a-z]))?"
)

# A sex, then the first and the last age; no last age in an open range, and neither where the age is not known.
_Ages = tuple[str, int | None, int | None]


def with_sums_of_ages(table: Table, position: int) -> Table:
    """Add up the columns of a list by age, where nothing else says how many patients there are.

    Columns of both sexes together and of each sex count a patient twice: those of both together are taken. Ages that
    are left out or stand there twice are a fault.

    Parameters
    ----------
    table : Table
    position : int
        Of the header among its rows.
    """
    headers = table.rows[position] if table.rows else []
    known = {plain_name(alias) for alias in ALIASES["list_size"]}
    if any(plain_name(header) in known for header in headers):
        return table
    columns = {at: ages for at, header in enumerate(headers) if (ages := _ages(header))}
    if sum(ages[1] is not None for ages in columns.values()) < _FEWEST:
        return table
    taken = _once(columns)
    if not taken:
        shown = f"{headers[min(columns)]!r} to {headers[max(columns)]!r}"
        problem = f"its columns of ages, {shown}, leave some ages out or count some twice"
        remedy = "Give every age once, from 0 to the oldest, or add a column list_size"
        fault = Fault(table.file, position + 1, None, None, problem, remedy)
        return Table(table.file, table.rows, [*table.faults, fault], table.notes)
    # A row of another width than the header is left for its own fault.
    below = (
        [*cells, _sum(cells, taken)] if len(cells) == len(headers) else cells
        for cells in table.rows[position + 1 :]
    )
    rows = [*table.rows[:position], [*headers, "list_size"], *below]
    note = (
        f"List sizes were added up from {len(taken)} columns of ages, {headers[taken[0]]!r} to "
        f"{headers[taken[-1]]!r}."
    )
    return Table(table.file, rows, table.faults, (*table.notes, note))


def _ages(header: str) -> _Ages | None:
    """The sex and the ages that a header names; None where it names none."""
    plain = re.sub("[\u2010-\u2015\u2212]", "-", header.casefold().replace("_", " ")).strip()
    found = _HEADER.fullmatch(plain)
    if found is None:
        return None
    sex = _SEXES.get(found["before"] or found["after"] or "", "")
    if found["unknown"]:
        # Without a sex before it, it may be about anything.
        return (sex, None, None) if sex else None
    if found["below"]:
        return sex, 0, int(found["below"]) - 1
    if found["above"]:
        return sex, int(found["above"]), None
    low = int(found["low"])
    return sex, low, None if found["open"] else int(found["high"] or low)


def _once(columns: dict[int, _Ages]) -> list[int]:
    """The columns that together hold every patient once; none where there are no such."""
    by_sex: dict[str, list[int]] = {}
    for at, (sex, _, _) in columns.items():
        by_sex.setdefault(sex, []).append(at)
    whole = {sex for sex, places in by_sex.items() if _covers([columns[at] for at in places])}
    if "" in whole:
        return by_sex[""]
    return sorted(by_sex["m"] + by_sex["f"]) if {"m", "f"} <= whole else []


def _covers(ages: Sequence[_Ages]) -> bool:
    """Whether ranges of ages follow one another from birth to the oldest."""
    reached: int | None = 0
    for low, high in sorted((low, high) for _, low, high in ages if low is not None):
        # "Over 84" may mean 84 and over.
        if reached is None or low not in ((reached,) if high is not None else (reached, reached - 1)):
            return False
        reached = None if high is None else high + 1
    return reached is None or reached > _OLDEST


def _sum(cells: Sequence[str], places: Sequence[int]) -> str:
    """The sum of some cells; the first that is no whole number in its place, which is a fault of the row."""
    total = 0
    for at in places:
        text = re.sub(r"[, \u00a0\u202f]|\.0*$", "", cells[at].strip())
        if not (text.isascii() and text.isdigit() and len(text) < 9):
            return cells[at].strip()
        total += int(text)
    return str(total)
