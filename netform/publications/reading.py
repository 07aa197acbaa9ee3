"""Reading a list with the publications beside it: from files to one list of practices."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from netform.errors import Fault, InputError
from netform.practices.reading import AskedColumns, practice_list, read_practices
from netform.practices.text import open_regular, read_bytes
from netform.practices.values import some_of
from netform.publications.archive import GZIP, MAX_BYTES, ZIP, members_of
from netform.publications.fields import column_key
from netform.publications.joining import Joined, differences, join
from netform.publications.kinds import BRANCHES, KINDS, REGISTRATIONS, kind_of
from netform.publications.lookup import Lookup, read_lookup
from netform.publications.model import OdsStatus, Publication, Question
from netform.publications.reasons import LeftOut, is_open, reason_of, summed_up
from netform.publications.registered import merged_sexes
from netform.publications.sheets import Sheet, sheets_of
from netform.publications.where import refuse_unmet, wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from netform.practices.model import PracticeList
    from netform.publications.where import Condition

__all__ = ["Known", "ListFiles", "Reading", "join_files", "read_list"]

# By so much of it a text is known for what it is.
_HEAD = 2**16


@dataclass(frozen=True, slots=True)
class ListFiles:
    """The files that a list is made of, and which of its practices are wanted.

    Attributes
    ----------
    practices : str
        The list, ``-`` for standard input.
    beside : tuple of Path
        Publications that say more of its practices.
    where : tuple of str
        Each ``COLUMN=VALUE``.
    lookup : Path or None
        Of old and new codes of areas.
    """

    practices: str
    beside: tuple[Path, ...] = ()
    where: tuple[str, ...] = ()
    lookup: Path | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of postcodes, by those who know where they are.

    Attributes
    ----------
    has_place : callable
        Whether a postcode lies somewhere.
    columns : mapping of str to callable
        From the name of a column that needs no file to its value for a postcode.
    """

    has_place: Callable[[str], bool] = lambda _: True
    columns: Mapping[str, Callable[[str], str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """A joined list before it is read as one.

    Attributes
    ----------
    joined : Joined
        Its practices alone.
    left_out : tuple of LeftOut
        All others that the files name.
    lookup : Lookup
    registrations, branches : tuple of str
        The files among them of registrations by LSOA, and of branch surgeries.
    notes : tuple of str
    sha256 : str
        Of the bytes of the first file.
    """

    joined: Joined
    left_out: tuple[LeftOut, ...]
    lookup: Lookup
    registrations: tuple[str, ...]
    branches: tuple[str, ...]
    notes: tuple[str, ...]
    sha256: str


def read_list(
    files: ListFiles,
    asked: AskedColumns,
    known: Known,
    stdin: BinaryIO | None = None,
    *,
    always: bool = False,
) -> tuple[PracticeList, Reading | None]:
    """Read a list of practices, with the publications beside it where there are any.

    A planner's own list with nothing beside it is read as ever, and so is whatever is no publication.

    Parameters
    ----------
    files : ListFiles
    asked : AskedColumns
        The columns that the user names, by any of their published names.
    known : Known
    stdin : BinaryIO, optional
        What to read for ``-``.
    always : bool
        Whether a list with nothing beside it goes the same way.

    Returns
    -------
    practices : PracticeList
    reading : Reading or None
        How it was joined; None where it was not.

    Raises
    ------
    InputError
        With every fault of a file, each where it stands.
    RulesError
        A condition is none.
    """
    alone = not (files.beside or files.where or files.lookup)
    if alone and not always and not _is_published(files.practices):
        practices = read_practices(
            files.practices,
            area_column=asked.area,
            soft_columns=asked.soft,
            division_columns=asked.divisions,
            computed=asked.computed,
            stdin=stdin,
        )
        return practices, None
    reading = join_files(files, known, asked, stdin)
    joined = reading.joined
    asked = _by_published_names(asked, joined)
    columns = asked.among(joined.headers, joined.base.file, joined.position + 1)
    listed = practice_list(
        joined.table, joined.position, columns, asked, files.practices, reading.sha256, joined.traced
    )
    return replace(listed, notes=(*reading.notes, *listed.notes)), reading


def join_files(
    files: ListFiles, known: Known, asked: AskedColumns | None = None, stdin: BinaryIO | None = None
) -> Reading:
    """Read and join the files of a list, and leave out what is no open practice with patients and a place.

    Parameters
    ----------
    files : ListFiles
    known : Known
    asked : AskedColumns, optional
        Columns that are kept besides the known ones.
    stdin : BinaryIO, optional

    Raises
    ------
    InputError
        With every fault of a file; no file has list sizes; or no practice is left.
    RulesError
        A condition is none.
    """
    lookup = read_lookup(files.lookup) if files.lookup else Lookup()
    conditions, notes = wanted(files.where, lookup)
    named = [each.column for each in conditions]
    if asked is not None:
        named += [*filter(None, [asked.area]), *asked.soft, *asked.divisions]
    found = _Files(frozenset(map(column_key, named)))
    found.add(files.practices, stdin)
    for path in files.beside:
        found.add(path)
    publications = found.publications()
    if not publications:
        raise _no_list(files.practices)
    joined = join(publications, lookup)
    choice = _Choice(joined, publications, conditions, known, lookup)
    choice.refuse_unmet()
    left_out = choice.leave_out()
    if not joined.rows:
        raise _nothing_left(files.practices, summed_up(left_out, 0, conditions))
    told = (
        *lookup.notes,
        *notes,
        *found.notes,
        *(f"{Path(file).name} is of branch surgeries, and was not used." for file in found.beside[BRANCHES]),
        *(note for each in publications for note in each.notes if each.own_table is None),
        *joined.notes,
        *differences(joined, publications, lookup),
        *summed_up(left_out, len(joined.rows), conditions),
    )
    return Reading(
        joined,
        tuple(left_out),
        lookup,
        tuple(found.beside[REGISTRATIONS]),
        tuple(found.beside[BRANCHES]),
        told,
        found.sha256,
    )


class _Files:
    """Takes file after file for what it is."""

    def __init__(self, columns: frozenset[str]) -> None:
        self.columns = columns
        self.beside: dict[str, list[str]] = {REGISTRATIONS: [], BRANCHES: []}
        self.notes: list[str] = []
        self.sha256 = ""
        # What is read, and what waits for the day of the list, in the order of the files.
        self._found: list[Publication | Callable[[Question], Publication]] = []

    def add(self, source: str | Path, stdin: BinaryIO | None = None) -> None:
        """Read a file, or all that is in an archive."""
        file = str(source)
        data = read_bytes(source, stdin, MAX_BYTES)
        self.sha256 = self.sha256 or hashlib.sha256(data).hexdigest()
        known, strange = 0, list[Sheet]()
        for name, part in members_of(data, file):
            sheets = sheets_of(part, name)
            kind = kind_of(sheets)
            if kind is None:
                strange += sheets[:1]
            else:
                known += 1
                self._take(*kind, sheets, file)
        if not known:
            raise _unknown(strange[0] if strange else None, file)
        if strange:
            names = some_of([sheet.name for sheet in strange])
            self.notes.append(f"{Path(file).name} also has what is no publication netform knows: {names}.")

    def _take(self, kind: str, sheet: Sheet, sheets: Sequence[Sheet], file: str) -> None:
        read = KINDS[kind].read
        if read is None:
            self.beside[kind] += [file] if file not in self.beside[kind] else []
        elif KINDS[kind].of_a_day:
            self._found.append(partial(read, sheet, sheets))
        else:
            self._found.append(read(sheet, sheets, Question("", self.columns)))

    def publications(self) -> list[Publication]:
        """Give what was read, the files of a day as of the day of the first list."""
        read = [each for each in self._found if isinstance(each, Publication)]
        day = next((each.date for each in read if each.has_list_sizes), "")
        question = Question(day, self.columns)
        return merged_sexes(
            [each if isinstance(each, Publication) else each(question) for each in self._found]
        )


class _Choice:
    """Chooses among the practices of a joined list."""

    def __init__(
        self,
        joined: Joined,
        publications: Sequence[Publication],
        conditions: Sequence[Condition],
        known: Known,
        lookup: Lookup,
    ) -> None:
        self._joined = joined
        self._publications = publications
        self._conditions = conditions
        self._known = known
        self._lookup = lookup
        # Columns that no file has and that follow from the postcode.
        by_key = {column_key(name): value for name, value in known.columns.items()}
        self._computed = {
            condition.key: by_key[condition.key]
            for condition in conditions
            if condition.key not in joined.keys and condition.key in by_key
        }

    def refuse_unmet(self) -> None:
        """Refuse conditions on columns that no file has, and values that no practice has."""
        columns, names = dict[str, list[str]](), dict[str, str]()
        for key, header in zip(self._joined.keys, self._joined.headers, strict=True):
            if key and key not in columns:
                columns[key] = [self._joined.value(code, key) for code in self._joined.rows]
                names[key] = header
        for name in self._known.columns:
            names.setdefault(column_key(name), name)
            columns.setdefault(column_key(name), [])
        for key in self._computed:
            columns[key] = [self._value(code, key) for code in self._joined.rows]
        refuse_unmet(self._conditions, columns, names, self._joined.base.file)

    def leave_out(self) -> list[LeftOut]:
        """Take out of the list what is no practice of it; every other code of the files is left out as well."""
        day = self._joined.base.date
        left_out = []
        for code in sorted({code for each in self._publications for code in each.records if code}):
            here = code in self._joined.rows
            if self._is_elsewhere(code, here=here):
                why: LeftOut | None = LeftOut(code, "elsewhere")
            elif not here:
                why = LeftOut(code, "no list size", is_open(self._status(code)))
            else:
                why = reason_of(code, self._joined, self._status(code), day, self._known.has_place)
            if why is not None:
                left_out.append(why)
                if here:
                    self._joined.drop(code)
        return left_out

    def _is_elsewhere(self, code: str, *, here: bool) -> bool:
        return any(
            not condition.holds(self._value(code, condition.key, here=here)) for condition in self._conditions
        )

    def _value(self, code: str, key: str, *, here: bool = True) -> str:
        """What is said of a practice in a column, be it in the list or not."""
        if key in self._computed:
            postcode = self._value(code, "postcode", here=here)
            return self._computed[key](postcode) if postcode else ""
        if here:
            return self._joined.value(code, key)
        for each in self._publications:
            record = each.records.get(code)
            for name, text in record.values.items() if record else ():
                if column_key(name) == key:
                    return self._lookup.today(text)
        return ""

    def _status(self, code: str) -> OdsStatus | None:
        return next((each.statuses[code] for each in self._publications if code in each.statuses), None)


def _by_published_names(asked: AskedColumns, joined: Joined) -> AskedColumns:
    """Write the columns that the user names as the joined list spells them."""
    spelt = dict(zip(joined.keys, joined.headers, strict=True))

    def header(name: str) -> str:
        return name if name in joined.headers else spelt.get(column_key(name), name)

    return replace(
        asked,
        area=None if asked.area is None else header(asked.area),
        soft=tuple(map(header, asked.soft)),
        divisions=asked.divisions,
    )


def _is_published(practices: str) -> bool:
    """Whether the list alone is a publication, or packed as one."""
    if practices == "-":
        return False
    with open_regular(practices) as stream:
        head = stream.read(_HEAD)
        if head.startswith((ZIP, GZIP)):
            head += stream.read(MAX_BYTES)
    try:
        if head.startswith(GZIP):
            return True
        members = list(members_of(head, practices))
        if len(members) != 1 or members[0][1] is not head:
            return True
        # A text may be cut in the midst of a row.
        whole = head if head.startswith(ZIP) or len(head) < _HEAD else head[: head.rfind(b"\n") + 1]
        kind = kind_of(sheets_of(whole, practices)) if whole.strip() else None
    except InputError:  # whoever reads it says what is wrong
        return False
    return kind is not None and KINDS[kind[0]].published


def _no_list(file: str) -> InputError:
    problem = (
        "it says nothing that a list has a column for: it is of registrations by LSOA, or of branch surgeries"
    )
    remedy = "Give a list of practices, and this file beside it: --with FILE"
    return InputError([Fault(file, None, None, None, problem, remedy)])


def _unknown(sheet: Sheet | None, file: str) -> InputError:
    headers = [cell for cell in (sheet.head[0] if sheet and sheet.head else ()) if cell.strip()]
    found = f"; its first row is {some_of([repr(cell[:30]) for cell in headers])}" if headers else ""
    problem = f"it is no publication that netform knows, and no column is the practice_code{found}"
    remedy = "Name the column with the codes of practices practice_code; netform guide publications lists what is known"
    return InputError([Fault(file, None, None, None, problem, remedy)])


def _nothing_left(file: str, notes: Sequence[str]) -> InputError:
    problem = f"no practice is left of it: {' '.join(notes)}"
    return InputError(
        [Fault(file, None, None, None, problem, "Check --where, and that the files go together")]
    )
