"""Codes of areas, old and new: a lookup of what each became, so that files of different years meet."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netform.errors import Fault, InputError
from netform.practices.columns import plain_name
from netform.practices.dates import day_of
from netform.practices.rows import MAX_FAULTS
from netform.practices.text import read_bytes
from netform.practices.values import UNKNOWN, clean_text, some_of
from netform.publications.archive import MAX_BYTES, members_of
from netform.publications.sheets import sheets_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from netform.publications.sheets import Sheet

__all__ = ["Lookup", "read_lookup"]

_OLD = re.compile(
    r"(?:old|previous|former|predecessor|closed|from|legacy)(?:area|org(?:anisation)?|sub_?icb|icb|ccg)*(?:code)?(?:from)?"
    r"|code(?:from|old|before)|geogcdp|organisationcode"
)
_NEW = re.compile(
    r"(?:new|current|successor|to|replacement)(?:area|org(?:anisation)?|sub_?icb|icb|ccg)*(?:code)?(?:to)?"
    r"|code(?:to|new|after)|geogcd|successororganisationcode"
)
_DATE = re.compile(r".*date|since|effective")
# The name, the year and the end of a column of codes, as the Office for National Statistics calls them: SICBL22CD.
_YEARLY = re.compile(r"([a-z]+?)((?:19|20)?[0-9]{2})(cd|cdh|code|codenhs)")
_WANTED = "one row a change, with columns old_code, new_code and perhaps date"
_CODE = re.compile(r"[A-Za-z0-9]{2,12}")


@dataclass(frozen=True, slots=True)
class Lookup:
    """What became of codes.

    Attributes
    ----------
    name : str
        Of the file, for notes; blank where there is none.
    became : mapping of str to str
        From an old code to that of today, in upper case.
    dates : mapping of str to str
        The day an old code ended, ISO 8601, where the file says.
    notes : tuple of str
    """

    name: str = ""
    became: dict[str, str] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def today(self, code: str, old: list[str] | None = None) -> str:
        """Give what a code has become; the code itself, as spelt, where it is not an old one.

        Parameters
        ----------
        code : str
        old : list of str, optional
            To which the code is added where it is one.
        """
        today = self.became.get(code.strip().upper(), code)
        if today is not code and old is not None:
            old.append(code)
        return today

    def note(self, of_what: str, codes: Sequence[str]) -> list[str]:
        """Say which codes were taken for those they became.

        Parameters
        ----------
        of_what : str
            Where they stand.
        codes : sequence of str
            Old ones, as found.
        """
        once = sorted({code.strip().upper() for code in codes})
        said = [
            f"{code} as {self.became[code]}" + (f" (since {self.dates[code]})" if code in self.dates else "")
            for code in once
        ]
        return [
            f"By {self.name}, codes of {of_what} were taken as those they became: {some_of(said)}."
        ] * bool(said)


def read_lookup(path: Path) -> Lookup:
    """Read a lookup of old and new codes, for ``--lookup``: CSV, Excel or an archive of one.

    Columns are known by what they are called: old and new, from and to, predecessor and successor, the code history of
    the Office for National Statistics (``GEOGCD_P``, ``GEOGCD``), or codes of two years (``SICBL22CD``,
    ``SICBL24CD``). Without such a header the first two columns are the old code and the new one, as in the
    Organisation Data Service's file of successors. Changes follow one another to the last. A code that was divided
    among several is left as it is, with a note.

    Parameters
    ----------
    path : Path

    Raises
    ------
    InputError
        It has no two columns of codes, or codes that become one another in a circle.
    """
    file = str(path)
    members = members_of(read_bytes(path, most=MAX_BYTES, wanted=f"a table with {_WANTED}"), file)
    sheets = list(itertools.chain.from_iterable(sheets_of(data, name) for name, data in members))
    for sheet in sheets:
        columns = _columns(sheet)
        if columns is not None:
            return _read(sheet, *columns)
    remedy = f"Give {_WANTED}"
    raise InputError([Fault(file, None, None, None, "no two columns are an old code and a new one", remedy)])


def _columns(sheet: Sheet) -> tuple[int, int, int, int | None] | None:
    """Find the row of the header (0: none), and where the old code, the new code and the date stand."""
    filled = [(row, cells) for row, cells in enumerate(sheet.head, start=1) if any(map(str.strip, cells))]
    for row, cells in filled:
        plain = [plain_name(cell) for cell in cells]
        date = next((at for at, name in enumerate(plain) if _DATE.fullmatch(name)), None)
        old = next((at for at, name in enumerate(plain) if _OLD.fullmatch(name) and at != date), None)
        new = next(
            (at for at, name in enumerate(plain) if _NEW.fullmatch(name) and at not in (old, date)), None
        )
        if old is not None and new is not None:
            return row, old, new, date
        pair = _two_years(plain)
        if pair is not None:
            return row, *pair, date
    first = filled[0][1] if filled else []
    if len(first) > 1 and all(_CODE.fullmatch(cell.strip()) and _has_digit(cell) for cell in first[:2]):
        dated = next((at for at, cell in enumerate(first) if day_of(cell)), None)
        return 0, 0, 1, dated
    return None


def _two_years(plain: Sequence[str]) -> tuple[int, int] | None:
    """Find two columns of codes of one kind of area and different years, the older first."""
    stems: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for at, name in enumerate(plain):
        found = _YEARLY.fullmatch(name)
        if found is not None:
            stems.setdefault((found[1], found[3]), []).append((found[2][-2:], at))
    for years in stems.values():
        if len(years) > 1:
            ordered = sorted(years)
            return ordered[0][1], ordered[-1][1]
    return None


def _has_digit(cell: str) -> bool:
    return any(map(str.isdigit, cell))


def _read(sheet: Sheet, header_row: int, old_at: int, new_at: int, date_at: int | None) -> Lookup:
    changes: dict[str, dict[str, str]] = {}
    faults: list[Fault] = []
    undated: list[str] = []
    for row, cells in enumerate(sheet.rows(), start=1):
        if row <= header_row or isinstance(cells, Fault) or len(faults) > MAX_FAULTS:
            faults += [cells] if isinstance(cells, Fault) and row > header_row else []
            continue
        if not any(map(str.strip, cells)):
            continue
        if len(cells) <= max(old_at, new_at):
            problem = f"the row has {len(cells)} cells, too few for an old code and a new one"
            faults.append(Fault(sheet.file, row, None, None, problem, "Correct the row, or remove it"))
            continue
        old, new = (clean_text(cells[at])[0].upper() for at in (old_at, new_at))
        said = cells[date_at].strip() if date_at is not None and date_at < len(cells) else ""
        date = day_of(said)
        if not date and said.upper() not in UNKNOWN:
            undated.append(f"{clean_text(said)[0][:40]} in row {row}")
        if old and new and old != new:
            changes.setdefault(old, {})[new] = date
    if not changes and not faults:
        problem = "no row says that a code became another"
        faults.append(Fault(sheet.file, None, None, None, problem, "Give one row a change, old code and new"))
    divided = sorted(old for old, after in changes.items() if len(after) > 1)
    single = {old: next(iter(after)) for old, after in changes.items() if len(after) == 1}
    became, circles = _followed(single)
    faults += [
        Fault(
            sheet.file,
            None,
            None,
            code,
            "this code becomes itself again in a circle of changes",
            "Keep the changes of one direction",
        )
        for code in circles
    ]
    if faults:
        raise InputError(faults[: MAX_FAULTS + 1])
    dates = {old: day for old, after in changes.items() if old in became for day in after.values() if day}
    why = "were divided among several, which a lookup of codes cannot follow, and were left as they are"
    notes = [f"{sheet.name}: {len(divided):,} codes {why} ({some_of(divided)})."] if divided else []
    if undated:
        notes.append(
            f"{sheet.name}: {len(undated):,} dates are no whole days, and are not told: {some_of(undated)}."
        )
    return Lookup(sheet.name, became, dates, (*sheet.notes, *notes))


def _followed(changes: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """Follow changes to the last; which codes come back to themselves."""
    became, circles = {}, []
    for old, new in changes.items():
        seen, code = {old}, new
        while code in changes and code not in seen:
            seen.add(code)
            code = changes[code]
        if code in seen:
            circles.append(old)
        else:
            became[old] = code
    return became, sorted(circles)
