"""The files of a list, each taken for what it is: publications, and files that stand beside a list."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from netform.errors import Fault, InputError
from netform.practices.text import open_regular, read_bytes
from netform.practices.values import some_of
from netform.publications.archive import GZIP, MAX_BYTES, ZIP, members_of
from netform.publications.kinds import BRANCHES, KINDS, REGISTRATIONS, kind_of
from netform.publications.model import Publication, Question
from netform.publications.registered import merged_sexes
from netform.publications.sheets import Sheet, sheets_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["PublicationFiles", "is_published"]

# By so much of it a text is known for what it is.
_HEAD = 2**16


class PublicationFiles:
    """Takes file after file for what it is.

    Parameters
    ----------
    columns : frozenset of str
        Columns that are kept besides the known ones, as `netform.publications.fields.column_key` has them.
    """

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
        day = next((each.date for each in merged_sexes(read) if each.has_list_sizes), "")
        question = Question(day, self.columns)
        return merged_sexes(
            [each if isinstance(each, Publication) else each(question) for each in self._found]
        )


def is_published(practices: str) -> bool:
    """Whether a list alone is a publication, or packed as one.

    Parameters
    ----------
    practices : str
        Its file, ``-`` for standard input, which is not looked at.
    """
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


def _unknown(sheet: Sheet | None, file: str) -> InputError:
    headers = [cell for cell in (sheet.head[0] if sheet and sheet.head else ()) if cell.strip()]
    found = f"; its first row is {some_of([repr(cell[:30]) for cell in headers])}" if headers else ""
    problem = f"it is no publication that netform knows, and no column is the practice_code{found}"
    remedy = "Name the column with the codes of practices practice_code; netform guide publications lists what is known"
    return InputError([Fault(file, None, None, None, problem, remedy)])
