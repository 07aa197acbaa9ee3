"""Joining: publications put beside one another by practice code, in one table that is read as any other list.

The first file that says something of a practice is believed. The practices are those of the first file with list
sizes; where each of its cells came from is kept, for faults and for the column ``sources``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from netform.errors import Fault, InputError
from netform.practices.columns import plain_name
from netform.practices.postcode import postcode_text
from netform.practices.rows import MAX_FAULTS, wrong_width
from netform.practices.tables import Table
from netform.practices.values import CellError, clean_code, is_total, some_of
from netform.publications.fields import AREA_CODES, FIELDS, column_key
from netform.publications.model import says
from netform.publications.rows import own_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from netform.publications.lookup import Lookup
    from netform.publications.model import Publication

__all__ = ["Joined", "differences", "join", "sources_of"]

# What two files cannot both be right about, and what a difference is called.
_CONTRADICTABLE = {"postcode": "postcode", "pcn_code": "network"} | {
    name: name.removesuffix("_code").replace("_", " ").replace("icb", "ICB") for name in AREA_CODES
}
# So many examples of a difference are told.
_SHOWN = 3
# What practices of a publication are ordered by in a list of netform's own.
_ORDER = {name: at for at, name in enumerate(FIELDS)}


@dataclass(slots=True)
class Joined:
    """Publications joined.

    Attributes
    ----------
    base : Publication
        The first with list sizes: its practices are those of the list.
    table : Table
        Rows at the places they have in the base.
    position : int
        Of the header.
    keys : list of str
        Of each column, whatever its file calls it (`netform.publications.fields.column_key`).
    rows : dict of str to int
        From the code of a practice to its position among the rows of the table, the first of several.
    twins : dict of str to list of int
        The positions of further rows of a practice, in a planner's own list.
    origin : dict of (int, int) to Publication
        Of cells that are not the base's own, by row and column.
    notes : list of str
    """

    base: Publication
    table: Table
    position: int
    keys: list[str]
    rows: dict[str, int]
    twins: dict[str, list[int]]
    origin: dict[tuple[int, int], Publication]
    notes: list[str]

    @property
    def headers(self) -> list[str]:
        """What the columns are called."""
        return self.table.rows[self.position]

    def value(self, code: str, key: str) -> str:
        """Give what is said of a practice; blank where nothing is.

        Parameters
        ----------
        code, key : str
        """
        return self.table.rows[self.rows[code]][self.keys.index(key)].strip() if key in self.keys else ""

    def source(self, code: str, key: str) -> Publication:
        """Give the file that a value came from."""
        return self.origin.get((self.rows[code], self.keys.index(key)), self.base)

    def traced(self, fault: Fault) -> Fault:
        """Say of a fault of the table in which row and column of which file it is.

        Parameters
        ----------
        fault : Fault
        """
        if fault.row is None or fault.column not in self.headers:
            return replace(fault, file=self.base.file)
        at = self.headers.index(fault.column)
        key = self.keys[at]
        source = self.origin.get((fault.row - 1, at))
        if source is None:
            own = self.base.own_table is None
            column = self.base.headers.get(key, fault.column) if own else fault.column
            return replace(fault, file=self.base.file, column=column)
        code = next(code for code in self.rows if fault.row - 1 in self.rows_of(code))
        return replace(
            fault,
            file=source.file,
            row=source.records[code].row,
            column=source.headers.get(_name_of(source, key), fault.column),
        )

    def rows_of(self, code: str) -> list[int]:
        """Give the positions of all rows of a practice."""
        return [self.rows[code], *self.twins.get(code, ())]

    def drop(self, code: str) -> None:
        """Take a practice out of the table, with every row it has there."""
        for at in self.rows_of(code):
            self.table.rows[at] = []
        del self.rows[code]


def join(publications: Sequence[Publication], lookup: Lookup) -> Joined:
    """Join publications by practice code.

    Parameters
    ----------
    publications : sequence of Publication
        In the order they are believed; one of them has list sizes.
    lookup : Lookup
        By which old codes of areas are taken as those they became.

    Raises
    ------
    InputError
        None has list sizes; or rows of planners' own tables cannot be read, each with its file.
    """
    base = next((each for each in publications if each.has_list_sizes), None)
    if base is None:
        raise _no_list_sizes(publications)
    joined = _table_of(base)
    others = [each for each in publications if each is not base]
    _refuse_broken([each for each in others if each.own_table is not None])
    # What a file before the base says comes before what the base says.
    believed = {id(each): publications.index(each) < publications.index(base) for each in others}
    for each in others:
        for name in _columns_of(each):
            key = column_key(name)
            if key not in joined.keys:
                joined.keys.append(key)
                joined.headers.append(name)
                for at in _filled_rows(joined):
                    joined.table.rows[at].append("")
    for each in others:
        _fill(joined, each, overrule=believed[id(each)])
    _translate(joined, lookup)
    return joined


def _no_list_sizes(publications: Sequence[Publication]) -> InputError:
    first = publications[0]
    several = len(publications) > 1
    problem = f"this is {first.title}, which says no list sizes" + (
        ", and neither do the files beside it" if several else ""
    )
    remedy = (
        "Add a file with the list size of each practice, such as NHS England's gp-reg-pat-prac-all:"
        " --with gp-reg-pat-prac-all.csv"
    )
    return InputError([Fault(first.file, None, None, None, problem, remedy)])


def _table_of(base: Publication) -> Joined:
    """Begin with the base: its own table, or one of the columns that netform knows, each row where it stands."""
    position = base.header_row - 1
    if base.own_table is not None:
        own = base.own_table
        headers = [" ".join(cell.split()) for cell in own.rows[position]]
        rows, faults = _whole_rows(base, len(headers))
        rows[position] = headers
        table = Table(own.file, rows, faults, own.notes)
        known = {at: key for key, name in _own_names(base).items() for at in [headers.index(name)]}
        keys = [known.get(at, plain_name(header)) for at, header in enumerate(headers)]
        code_at = keys.index("practice_code")
        places: dict[str, int] = {}
        twins: dict[str, list[int]] = {}
        for at, cells in enumerate(rows[position + 1 :], start=position + 1):
            code = own_text(cells[code_at].strip()).upper() if cells else ""
            if code and places.setdefault(code, at) != at:
                twins.setdefault(code, []).append(at)
        return Joined(base, table, position, keys, places, twins, {}, [])
    names = _columns_of(base)
    last = max((record.row for record in base.records.values()), default=base.header_row)
    blank: list[str] = []
    rows = [blank] * last
    rows[position] = ["practice_code", *names]
    for code, record in base.records.items():
        rows[record.row - 1] = [code, *(record.values.get(name, "") for name in names)]
    places = {code: record.row - 1 for code, record in base.records.items()}
    return Joined(base, Table(base.file, rows), position, ["practice_code", *names], places, {}, {}, [])


def _whole_rows(base: Publication, width: int) -> tuple[list[list[str]], list[Fault]]:
    """Copy the rows of a planner's own list, which get longer; the faults of those of another width than the header."""
    assert base.own_table is not None  # noqa: S101 (its caller has asked)
    rows, faults = list[list[str]](), list(base.own_table.faults)
    for row, cells in enumerate(base.own_table.rows, start=1):
        filled = any(map(str.strip, cells))
        fault = wrong_width(base.file, row, cells, width) if filled and row > base.header_row else None
        faults += [fault] if fault else []
        rows.append([] if fault or not filled else cells[:width] if row > base.header_row else list(cells))
    return rows, faults


def _refuse_broken(tables: Sequence[Publication]) -> None:
    """Refuse rows of tables beside the list that have no cell for each header, cannot be read, or have no code."""
    faults: list[Fault] = []
    for each in tables:
        position = each.header_row - 1
        assert each.own_table is not None  # noqa: S101 (its caller has asked)
        headers = [" ".join(cell.split()) for cell in each.own_table.rows[position]]
        rows, broken = _whole_rows(each, len(headers))
        header = each.headers["practice_code"]
        code_at = headers.index(header)
        for row, cells in enumerate(rows[position + 1 :], start=position + 2):
            text = own_text(cells[code_at].strip()) if cells else ""
            if not text or is_total(text):
                continue
            try:
                clean_code(text)
            except CellError as error:
                broken.append(Fault(each.file, row, header, text, error.problem, error.remedy))
        faults += sorted(broken, key=lambda fault: fault.row or 0)
    if faults:
        raise InputError(faults[:MAX_FAULTS])


def _own_names(base: Publication) -> dict[str, str]:
    """Give the header of each known field of a planner's own list, as it stands there."""
    return {name: header for name, header in base.headers.items() if name in FIELDS}


def _columns_of(publication: Publication) -> list[str]:
    """Name the columns of a publication but for the code: known fields by netform's names and in their order."""
    known = sorted((name for name in publication.headers if name in _ORDER), key=_ORDER.__getitem__)
    taken = {publication.headers[name] for name in known}
    own = [name for name in publication.headers if name not in _ORDER and name not in taken]
    return [name for name in [*known, *own] if name != "practice_code"]


def _name_of(publication: Publication, key: str) -> str:
    return next((name for name in publication.headers if column_key(name) == key), key)


def _filled_rows(joined: Joined) -> Iterator[int]:
    """Give the rows below the header that have anything in them."""
    rows = joined.table.rows
    return (at for at in range(joined.position + 1, len(rows)) if rows[at])


def _fill(joined: Joined, publication: Publication, *, overrule: bool) -> None:
    """Write what a publication says where nothing is said yet, or over what the base says."""
    places = {name: joined.keys.index(column_key(name)) for name in _columns_of(publication)}
    for code in joined.rows:
        record = publication.records.get(code)
        if record is None:
            continue
        for row in joined.rows_of(code):
            cells = joined.table.rows[row]
            for name, at in places.items():
                text = record.values.get(name)
                own = (row, at) not in joined.origin
                if text is not None and (not says(joined.keys[at], cells[at]) or (overrule and own)):
                    cells[at] = text
                    joined.origin[row, at] = publication


def _translate(joined: Joined, lookup: Lookup) -> None:
    """Take old codes of areas as those they became."""
    if not lookup.became:
        return
    old: list[str] = []
    for at, key in enumerate(joined.keys):
        if key in _ORDER and key not in AREA_CODES:
            continue
        for code in joined.rows:
            for row in joined.rows_of(code):
                cells = joined.table.rows[row]
                cells[at] = lookup.today(cells[at], old)
    joined.notes += lookup.note("the list", old)


def differences(joined: Joined, publications: Sequence[Publication], lookup: Lookup) -> list[str]:
    """Say in one note a file what it says otherwise than was believed, and of which practices it says nothing.

    Parameters
    ----------
    joined : Joined
        With the practices of the list alone.
    publications : sequence of Publication
    lookup : Lookup
    """
    notes = []
    for each in publications:
        if each is joined.base:
            continue
        other = [
            said
            for name, what in _CONTRADICTABLE.items()
            if (said := _other(joined, each, lookup, name, what))
        ]
        if other:
            notes.append(f"{each.name} differs, and was not followed, in {'; '.join(other)}.")
        missing = sorted(joined.rows.keys() - each.records.keys())
        if missing:
            notes.append(
                f"{each.name} has nothing of practices of the list: {len(missing):,} ({some_of(missing)})."
            )
    return notes


def _other(joined: Joined, publication: Publication, lookup: Lookup, name: str, what: str) -> str:
    """Count the practices of which a file has another value, and name some; nothing where there are none."""
    if name not in publication.headers:
        return ""
    at = joined.keys.index(name)
    other = []
    for code, row in sorted(joined.rows.items()):
        record = publication.records.get(code)
        said = record.values.get(name, "") if record else ""
        believed = joined.table.rows[row][at]
        if (
            said
            and believed
            and said != believed
            and _plain(name, lookup.today(said)) != _plain(name, believed)
        ):
            other.append(f"{code} {said} for {believed}")
    more = f" and {len(other) - _SHOWN:,} more" if len(other) > _SHOWN else ""
    shown = f"{', '.join(other[:_SHOWN])}{more}"
    return f"the {what} of {len(other):,} practices ({shown})" if other else ""


def _plain(name: str, text: str) -> str:
    return postcode_text(text) if name == "postcode" else text.strip().upper()


def sources_of(joined: Joined, code: str) -> Mapping[str, list[str]]:
    """Give the columns of a practice in which something is said, by the file that said it.

    Parameters
    ----------
    joined : Joined
    code : str
    """
    found: dict[str, list[str]] = {}
    for key, header in zip(joined.keys, joined.headers, strict=True):
        if joined.value(code, key):
            found.setdefault(joined.source(code, key).dated, []).append(key if key in _ORDER else header)
    return found
