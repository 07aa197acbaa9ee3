"""Long tables: the records of a CSV file of millions of rows, packed or not, one after another in bounded memory."""

from __future__ import annotations

import csv
import gzip
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from netform.errors import Fault, InputError
from netform.practices.text import open_regular
from netform.publications.archive import open_member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["header_of", "lines_of", "opened", "records_of", "refusal"]

_DELIMITERS = (",", ";", "\t", "|")


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file, and refuse it where reading it fails: damaged archives show only on the way.

    Parameters
    ----------
    path : Path

    Raises
    ------
    InputError
    """
    with open_regular(path) as stream:
        try:
            yield stream
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            problem = f"it cannot be read: {getattr(error, 'strerror', None) or error}"
            raise refusal(str(path), problem, "Download it again, or unpack it") from error


def header_of(records: Iterator[list[str] | csv.Error]) -> tuple[int, list[str]]:
    """Take records up to the first that is not blank, and give it with its row.

    Parameters
    ----------
    records : iterator of list of str
    """
    for row, cells in enumerate(records, start=1):
        if not isinstance(cells, csv.Error) and any(map(str.strip, cells)):
            return row, cells
    return 1, []


def records_of(lines: Iterator[str], file: str, what: str) -> Iterator[list[str] | csv.Error]:
    """Yield every record, and a csv.Error in place of a broken one; the header's delimiter is everybody's.

    Parameters
    ----------
    lines : iterator of str
    file, what : str
        Its name and what it has, for messages.

    Raises
    ------
    InputError
        The file is empty.
    """
    blank = 0
    first = ""
    for first in lines:
        if first.strip():
            break
        blank += 1
    if not first.strip():
        raise refusal(file, "it is empty", f"Give a header row, and rows of {what}")
    yield from ([] for _ in range(blank))
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(_after(first, lines), delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        try:
            yield from reader
        except csv.Error as error:
            yield error
        else:
            return


def _after(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def lines_of(
    stream: BinaryIO,
    file: str,
    what: str,
    most_bytes: int,
    wanted: Callable[[bytes], bool] | None = None,
) -> Iterator[str]:
    """Yield the lines of a file, packed or not, in bounded memory.

    Names of practices may be in any encoding, and only codes and numbers are read.

    Parameters
    ----------
    stream : binary file
    file, what : str
        Its name and what it has, for messages.
    most_bytes : int
        Unpacked.
    wanted : callable, optional
        Whether a file of an archive that begins so is the one; without it an archive is refused.

    Raises
    ------
    InputError
        It is of another kind, or larger.
    """
    beginning = stream.read(4)
    stream.seek(0)
    if beginning.startswith(b"PK"):
        member = open_member(stream, wanted) if wanted else None
        if member is None:
            problem = f"it is a zip archive or a workbook, in which no file has all {what}"
            raise refusal(file, problem, "Unpack it, or save it as CSV")
        stream = member
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refusal(file, "it is not text in UTF-8", "Save it as CSV UTF-8")
    packed = beginning.startswith(b"\x1f\x8b")
    left = most_bytes
    encoding = "utf-8-sig"
    with gzip.GzipFile(fileobj=stream) if packed else stream as unpacked:
        while line := unpacked.readline(csv.field_size_limit()):
            left -= len(line)
            if left < 0 or (not line.endswith(b"\n") and len(line) >= csv.field_size_limit()):
                raise refusal(file, "it is too large, or has no lines", f"Give a CSV file of {what}")
            yield line.decode(encoding, "replace")
            encoding = "utf-8"


def refusal(file: str, problem: str, remedy: str) -> InputError:
    """Make the error that refuses a file as a whole.

    Parameters
    ----------
    file, problem, remedy : str
    """
    return InputError([Fault(file, None, None, None, problem, remedy)])
