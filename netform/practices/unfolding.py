"""Unfolding: how large a workbook becomes, found out before the reader that would fill memory opens it.

The reader is compiled and makes a full rectangle of cells: one stray cell at XFD1048576, or a table of texts
that claims thousands of millions of entries, ends the process where no Python code can catch it. So every
part is unpacked in pieces, its bytes are counted, and the places of its cells are looked at first.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from netform.errors import Fault, InputError

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Mapping

__all__ = ["MAX_CELLS", "MAX_UNFOLDED_BYTES", "refuse_bomb", "unpack_member"]

# The workbook of every practice and network in England unfolds to 5 MB and has 60,000 cells.
MAX_UNFOLDED_BYTES = 200 * 2**20
MAX_CELLS = 5_000_000

_CHUNK = 2**20
# The two ways of packing that the Office Open XML standard (ISO/IEC 29500-2) allows.
_STORED, _DEFLATED = 0, 8
_RESAVE = "Open it in Excel and save it again as .xlsx, or as CSV UTF-8"
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_NUMBER = re.compile(r"[0-9]{1,7}")


def refuse_bomb(data: bytes, file: str) -> None:
    """Refuse a workbook that is damaged or too large for memory once unpacked.

    Parameters
    ----------
    data : bytes
        A whole file.
    file : str
        Its name, for messages.

    Raises
    ------
    InputError
        When it is not a workbook, is damaged, or unfolds to more than 200 MiB or 5 million cells.
    """
    import zipfile  # noqa: PLC0415 - only a workbook needs it

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise _refusal(file, f"it is a damaged workbook: {_brief(error)}", _RESAVE) from error
    names = {member.filename for member in members}
    if names & {"content.xml", "xl/workbook.bin"}:
        raise _refusal(
            file, "it is a workbook of another kind (.ods or .xlsb)", "Save it as .xlsx, or as CSV UTF-8"
        )
    if "xl/workbook.xml" not in names:
        raise _refusal(
            file, "it is a zip archive and no Excel workbook", "Unpack it and give the list inside"
        )
    left, cells = MAX_UNFOLDED_BYTES, 0
    for member in members:
        part = unpack_member(data, member, left, file)
        left -= len(part)
        # Drawings of comments (.vml) are not XML in truth, and hold no cells.
        if part.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and not member.filename.endswith(".vml"):
            cells += _look_through(part, file)
            if cells > MAX_CELLS:
                raise _refusal(
                    file,
                    f"its sheets span more than {MAX_CELLS:,} cells together",
                    "Delete the stray cells far below or right of the lists, or the sheets that are not needed",
                )


def unpack_member(data: bytes, member: zipfile.ZipInfo, left: int, file: str) -> bytes:
    """Unpack a part in pieces and count, because what an archive says of the size of a part may be a lie.

    Parameters
    ----------
    data : bytes
        The whole archive.
    member : zipfile.ZipInfo
    left : int
        The most bytes that it may unfold to.
    file : str
        Its name, for messages.

    Raises
    ------
    InputError
        It is damaged, packed in a strange way, or larger.
    """
    try:
        name_length, extra_length = struct.unpack_from("<HH", data, member.header_offset + 26)
        begin = member.header_offset + 30 + name_length + extra_length
        packed = data[begin : begin + member.compress_size]
        if member.compress_type == _STORED:
            unpacked = [packed]
        elif member.compress_type == _DEFLATED:
            unpacked = _inflate(packed, left)
        else:
            raise _refusal(file, "it is packed in a way that Excel does not use", _RESAVE)
    except (struct.error, zlib.error) as error:
        raise _refusal(file, f"it is a damaged workbook or archive: {_brief(error)}", _RESAVE) from error
    if sum(map(len, unpacked)) > left:
        limit = MAX_UNFOLDED_BYTES // 2**20
        raise _refusal(file, f"it unfolds to more than {limit} MiB", "Give a list with one row a practice")
    return b"".join(unpacked)


def _inflate(packed: bytes, left: int) -> list[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    pieces: list[bytes] = []
    while packed and not inflater.eof and left >= 0:
        pieces.append(inflater.decompress(packed, _CHUNK))
        left -= len(pieces[-1])
        packed = inflater.unconsumed_tail
    return pieces


def _look_through(part: bytes, file: str) -> int:
    """Count the cells that a part spans; 0 where it holds none with a value."""
    from xml.parsers import expat  # noqa: PLC0415 - only a workbook needs it

    extent = _Extent(file)
    # Whatever it declares: Excel writes UTF-8, and so the compiled reader takes it.
    parser = expat.ParserCreate("UTF-8")
    parser.StartElementHandler = extent.start
    parser.StartDoctypeDeclHandler = extent.refuse_doctype
    try:
        parser.Parse(part, True)
    except expat.ExpatError as error:
        raise _refusal(file, f"it is a damaged workbook: {_brief(error)}", _RESAVE) from error
    return extent.height * extent.width


@dataclass(slots=True)
class _Extent:
    """How far the cells of a sheet reach, told element by element; a cell with no value does not count."""

    file: str
    row: int = 0
    column: int = 0
    height: int = 0
    width: int = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take note of a row, a cell or a value; refuse what reaches too far or claims too much."""
        name = tag.rpartition(":")[2]
        if name == "row":
            self.row = self._number(attributes["r"]) if "r" in attributes else self.row + 1
            self.column = 0
        elif name == "c":
            self._place(attributes.get("r"))
        elif name in {"v", "f", "is"}:
            self.height, self.width = max(self.height, self.row), max(self.width, self.column)
            if self.height * self.width > MAX_CELLS:
                problem = f"a sheet spans {self.height:,} rows by {self.width:,} columns"
                raise _refusal(self.file, problem, "Delete the stray cells far below or right of the list")
        for claim in ("count", "uniqueCount"):
            if claim in attributes and self._number(attributes[claim]) > MAX_CELLS:
                raise _refusal(self.file, f"it claims {attributes[claim]} entries in a table", _RESAVE)

    def refuse_doctype(self, *_: object) -> NoReturn:
        """Refuse declarations of entities, which no workbook has and which could unfold without end."""
        raise _refusal(self.file, "it declares a document type, which no workbook does", _RESAVE)

    def _place(self, reference: str | None) -> None:
        if reference is None:
            self.column += 1
            return
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise _refusal(self.file, f"a cell is said to be at {reference[:20]!r}", _RESAVE)
        self.column = 0
        for letter in match[1]:
            self.column = self.column * 26 + ord(letter) - ord("A") + 1
        self.row = int(match[2])

    def _number(self, text: str) -> int:
        if not _NUMBER.fullmatch(text):
            raise _refusal(self.file, f"a row or a count is {text[:20]!r}", _RESAVE)
        return int(text)


def _brief(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def _refusal(file: str, problem: str, remedy: str) -> InputError:
    return InputError([Fault(file, None, None, None, problem, remedy)])
