"""Reading a list with the publications beside it: from files to one list of practices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from netform.errors import Fault, InputError
from netform.practices.reading import AskedColumns, practice_list, read_practices
from netform.publications.choosing import Choice, Known
from netform.publications.fields import column_key
from netform.publications.files import PublicationFiles, is_published
from netform.publications.joining import Joined, differences, join
from netform.publications.kinds import BRANCHES, REGISTRATIONS
from netform.publications.lookup import Lookup, read_lookup
from netform.publications.reasons import LeftOut, summed_up
from netform.publications.where import wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.practices.model import PracticeList

__all__ = ["Known", "ListFiles", "Reading", "join_files", "read_list"]


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
    if alone and not always and not is_published(files.practices):
        practices = read_practices(
            files.practices,
            area_column=asked.area,
            soft_columns=asked.soft,
            division_columns=asked.divisions,
            computed=asked.computed,
            split=asked.split,
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
    found = PublicationFiles(frozenset(map(column_key, named)))
    found.add(files.practices, stdin)
    for path in files.beside:
        found.add(path)
    publications = found.publications()
    if not publications:
        raise _no_list(files.practices)
    joined = join(publications, lookup)
    choice = Choice(joined, publications, conditions, known, lookup)
    choice.refuse_unmet()
    left_out = choice.leave_out()
    if not joined.rows:
        raise _nothing_left(files.practices, summed_up(left_out, 0, conditions))
    told = (
        *lookup.notes,
        *notes,
        *found.notes,
        *(
            f"{Path(file).name} was not used: one file of {kind} is enough."
            for kind in found.beside
            for file in found.beside[kind][1:]
        ),
        *(
            note
            for each in publications
            for note in each.notes
            if each is not joined.base or each.own_table is None
        ),
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


def _no_list(file: str) -> InputError:
    problem = (
        "it says nothing that a list has a column for: it is of registrations by LSOA, or of branch surgeries"
    )
    remedy = "Give a list of practices, and this file beside it: --with FILE"
    return InputError([Fault(file, None, None, None, problem, remedy)])


def _nothing_left(file: str, notes: Sequence[str]) -> InputError:
    problem = f"no practice is left of it: {' '.join(notes)}"
    return InputError(
        [Fault(file, None, None, None, problem, "Check --where, and that the files go together")]
    )
