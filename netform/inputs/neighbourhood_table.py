"""Tables that say which neighbourhood an area code, a postcode or a practice belongs to.

One table may say it of LSOAs at once. Where it says it of larger areas (MSOAs, wards, local authorities) a second table
says which LSOA, postcode or practice is in which of those, as ONS publishes such lookups.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.errors import Fault, InputError
from netform.inputs.pair_table import WORKBOOK, raise_if_any
from netform.practices.columns import ALIASES, plain_name
from netform.practices.postcode import postcode_form, postcode_text
from netform.practices.tables import HEADER_WITHIN, read_csv
from netform.practices.text import read_bytes
from netform.practices.values import clean_text, some_of
from netform.practices.workbook import read_xlsx

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from netform.practices.tables import Table

__all__ = ["FINEST", "Lookup", "joined_lookup", "naming_column", "read_lookup_table"]

# What a table may speak of, by its ONS code: the kinds that tell where a patient or a practice is, and larger areas.
_CODES = {
    "LSOA": re.compile(r"[EW]01[0-9]{6}"),
    "MSOA": re.compile(r"[EW]02[0-9]{6}"),
    "ward": re.compile(r"[EW]05[0-9]{6}"),
    "local authority": re.compile(r"E0[6-9][0-9]{6}|W06[0-9]{6}"),
}
FINEST = ("LSOA", "practice", "postcode")

_NEIGHBOURHOOD = re.compile(
    r"(?:new|proposed|current)?(?:integrated)?neighbou?rhoods?(?:team|area)?(?:name|nm|code|cd|id)?|inhs?|int"
    r"|(?:place|locality|hub|cluster)(?:name|nm)?"
)
_CODE_BEHIND = re.compile(r"(?:code|cd|id)$")
_PRACTICE = frozenset(map(plain_name, ALIASES["practice_code"]))
# Of the cells of a column so many are of a kind, where the column is of it.
_MOSTLY = 0.6
# So many rows are looked at to tell what a column is.
_LOOKED_AT = 2_000
_MOST_LETTERS = 80


@dataclass(frozen=True, slots=True)
class Lookup:
    """Which larger area or neighbourhood each of some codes belongs to.

    Attributes
    ----------
    source : str
        The file.
    columns : mapping of str to tuple of str
        By kind (``LSOA``, ``MSOA``, ``practice``, ...) the code of each row; all of one length.
    names : tuple of str
        The neighbourhood of each row; empty where the table names none.
    """

    source: str
    columns: Mapping[str, tuple[str, ...]]
    names: tuple[str, ...] = ()


def read_lookup_table(path: Path, practices: Collection[str]) -> Lookup:
    """Read a table of codes and neighbourhoods, CSV or Excel; what its columns are is told by what stands in them.

    Parameters
    ----------
    path : Path
        With a header, and up to 64 MiB.
    practices : collection of str
        Codes of the list.

    Raises
    ------
    InputError
        No column holds codes, postcodes or practices, or several could be the neighbourhood.
    """
    file = str(path)
    data = read_bytes(path, wanted="polygons, or a table with a row for each code and its neighbourhood")
    table = (read_xlsx(data, file) if data.startswith(WORKBOOK) else read_csv(data, file))[0]
    raise_if_any(file, table.faults)
    position = _header(table)
    headers = [clean_text(cell)[0] for cell in table.rows[position]]
    rows = [cells for cells in table.rows[position + 1 :] if any(map(str.strip, cells))]
    if not rows:
        raise _refusal(
            file, "it has no rows", "Give a header, and a row for each code with its neighbourhood"
        )
    short = [at for at, cells in enumerate(rows) if len(cells) < len(headers)]
    rows = [[*cells, *[""] * (len(headers) - len(cells))] for cells in rows] if short else rows
    kinds = {at: _kind(header, [cells[at] for cells in rows], practices) for at, header in enumerate(headers)}
    columns: dict[str, tuple[str, ...]] = {}
    for at, kind in kinds.items():
        if kind and kind not in columns:
            columns[kind] = tuple(_plain(kind, cells[at]) for cells in rows)
    if not columns:
        shown = some_of([repr(header[:40]) for header in headers if header]) or "none"
        problem = f"no column holds codes of LSOAs, MSOAs, wards or practices, or postcodes; the columns are {shown}"
        raise _refusal(file, problem, "Give such a column, or a file of polygons")
    naming = _neighbourhood_column(headers, kinds, file, position + 1)
    names = () if naming is None else tuple(clean_text(cells[naming])[0][:_MOST_LETTERS] for cells in rows)
    return Lookup(file, columns, names)


def joined_lookup(tables: Sequence[Lookup]) -> tuple[str, dict[str, str]]:
    """Join tables until the neighbourhood of LSOAs, practices or postcodes is known.

    Parameters
    ----------
    tables : sequence of Lookup
        Exactly one names neighbourhoods; the others say which code lies in which larger area.

    Returns
    -------
    kind : str
        One of `FINEST`.
    names : dict of str to str
        The neighbourhood of each code; a code of none is left out.

    Raises
    ------
    InputError
        No table names neighbourhoods, several do, one code has two, or no table leads from its areas to where
        patients or practices are.
    """
    naming = [table for table in tables if table.names]
    if len(naming) != 1:
        which = naming[1] if naming else tables[0]
        problem = (
            f"{naming[0].source} names neighbourhoods, and so does this file"
            if naming
            else "no column is the neighbourhood"
        )
        raise _refusal(which.source, problem, "Name one column neighbourhood, in one of the files")
    table = naming[0]
    for kind in FINEST:
        if kind in table.columns:
            return kind, _mapping(table.columns[kind], table.names, table.source, kind)
    for larger in table.columns:
        of_larger = _mapping(table.columns[larger], table.names, table.source, larger)
        for other in tables:
            for kind in FINEST:
                if other is not table and kind in other.columns and larger in other.columns:
                    into = _mapping(other.columns[kind], other.columns[larger], other.source, kind)
                    return kind, {code: of_larger[area] for code, area in into.items() if area in of_larger}
    larger = next(iter(table.columns))
    raise _refusal(
        table.source,
        f"it says it of each {larger}, and no file says which {larger} patients or practices are in",
        f"Give a lookup beside it by a second --neighbourhoods: LSOAs by {larger}, as ONS publishes, or practices by "
        f"{larger}",
    )


def naming_column(columns: Mapping[str, Sequence[str]], file: str) -> str:
    """Find the attribute of polygons that names the neighbourhood of each.

    One that is called so; else one whose header ends as names do (``WD24NM``, ``name``); else the only one.

    Parameters
    ----------
    columns : mapping of str to sequence of str
    file : str

    Raises
    ------
    InputError
        None is, or several could be.
    """
    filled = [name for name, values in columns.items() if any(map(str.strip, values))]
    called = [name for name in filled if _NEIGHBOURHOOD.fullmatch(plain_name(name))]
    named = [name for name in called if not _CODE_BEHIND.search(plain_name(name))] or called
    found = named or [name for name in filled if re.fullmatch(r".*(?:name|nm)", plain_name(name))]
    found = found or (filled if len(filled) == 1 else [])
    if len(found) == 1:
        return found[0]
    shown = some_of([repr(name[:40]) for name in (found or filled)]) or "none"
    problem = f"which attribute names the neighbourhood is not clear: {shown}"
    raise _refusal(file, problem, "Name one neighbourhood, or keep one alone")


def _header(table: Table) -> int:
    """Position of the header: the first row with as many cells filled as any near the top."""
    filled = [sum(map(bool, map(str.strip, cells))) for cells in table.rows[:HEADER_WITHIN]]
    return filled.index(max(filled)) if filled else 0


def _kind(header: str, cells: Sequence[str], practices: Collection[str]) -> str:
    """Tell what a column holds; blank where it is nothing that netform knows."""
    some = [cell.strip().upper() for cell in cells[:_LOOKED_AT] if cell.strip()]
    if not some:
        return ""
    for kind, form in _CODES.items():
        if sum(map(bool, map(form.fullmatch, some))) >= _MOSTLY * len(some):
            return kind
    if plain_name(header) in _PRACTICE or sum(cell in practices for cell in some) >= _MOSTLY * len(some):
        return "practice"
    if sum(postcode_form(cell) is not None for cell in some) >= _MOSTLY * len(some):
        return "postcode"
    return ""


def _plain(kind: str, cell: str) -> str:
    text = cell.strip().upper()
    return postcode_text(text) if kind == "postcode" else text


def _neighbourhood_column(
    headers: Sequence[str], kinds: Mapping[int, str], file: str, row: int
) -> int | None:
    """Find the column that names the neighbourhood; None for a table that leads from codes to larger areas."""
    called = [at for at, header in enumerate(headers) if _NEIGHBOURHOOD.fullmatch(plain_name(header))]
    names = [at for at in called if not _CODE_BEHIND.search(plain_name(headers[at]))] or called
    others = [at for at, kind in kinds.items() if not kind and headers[at]]
    # A code and one more column need no name.
    found = names or (others if len(others) == 1 and len(kinds) == 2 else [])
    if len(found) > 1:
        both = " and ".join(repr(headers[at]) for at in found[:2])
        problem = f"columns {both} could each be the neighbourhood"
        raise InputError(
            [Fault(file, row, headers[found[1]], None, problem, "Name the right one neighbourhood")]
        )
    return found[0] if found else None


def _mapping(codes: Sequence[str], names: Sequence[str], file: str, kind: str) -> dict[str, str]:
    """Map codes to names; one that has two is a fault, and one that has none is left out."""
    found: dict[str, str] = {}
    twice: dict[str, str] = {}
    for code, name in zip(codes, names, strict=True):
        if code and name and found.setdefault(code, name) != name:
            twice.setdefault(code, name)
    if twice:
        raise InputError(
            [
                Fault(
                    file,
                    None,
                    None,
                    code,
                    f"this {kind} is in {found[code]!r} and in {name!r}",
                    "Keep one of the two",
                )
                for code, name in list(twice.items())[:20]
            ]
        )
    return found


def _refusal(file: str, problem: str, remedy: str) -> InputError:
    return InputError([Fault(file, None, None, None, problem, remedy)])
