"""Archives: the files inside a ZIP as its publisher packed it, or a gzip file, never more than memory holds."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO, cast

from netform.errors import Fault, InputError
from netform.practices.unfolding import MAX_UNFOLDED_BYTES, unpack_member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["GZIP", "MAX_BYTES", "ZIP", "members_of", "open_member"]

ZIP = b"PK\x03\x04"
GZIP = b"\x1f\x8b"
# The longest publication, every practice by sex and single year of age, has 80 MB.
MAX_BYTES = MAX_UNFOLDED_BYTES
# NHS England packs one to five files together.
_MAX_MEMBERS = 50
# By so much of it a member is known for what it is.
_HEAD = 2**16


def members_of(data: bytes, file: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files that a file holds, with their names: those of an archive one by one, any other as it is.

    Parameters
    ----------
    data : bytes
        Of a whole file, at most `MAX_BYTES`.
    file : str
        Its name, for messages.

    Yields
    ------
    (str, bytes)
        A name for messages, and all its bytes.

    Raises
    ------
    InputError
        It is damaged or protected, or unfolds to more than 200 MiB.
    """
    if data.startswith(GZIP):
        yield file, _gunzip(data, file)
    elif data.startswith(ZIP) and not _is_workbook(data, file):
        yield from _unzip(data, file)
    else:
        yield file, data


def open_member(stream: BinaryIO, wanted: Callable[[bytes], bool]) -> BinaryIO | None:
    """Open the first member of an archive that is wanted, to be read in pieces; None where there is none.

    Parameters
    ----------
    stream : BinaryIO
        Of the archive, which stays open.
    wanted : callable
        From the first bytes of a member to whether it is wanted.

    Raises
    ------
    zipfile.BadZipFile
        A member is damaged; also while it is read.
    """
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return None
    for member in archive.infolist()[:_MAX_MEMBERS]:
        if member.is_dir() or member.flag_bits & 1 or member.filename.startswith("__MACOSX/"):
            continue
        try:
            with archive.open(name=member) as opened:
                head = opened.read(_HEAD)
        except NotImplementedError:  # packed in a way that Python cannot unpack, such as Deflate64
            continue
        if wanted(head):
            return cast("BinaryIO", archive.open(name=member))
    return None


def _is_workbook(data: bytes, file: str) -> bool:
    """Whether an archive is an Excel workbook, which is read as such, or another kind of office file."""
    names = {member.filename for member in _listed(data, file)}
    return bool(names & {"[Content_Types].xml", "xl/workbook.xml", "content.xml"})


def _listed(data: bytes, file: str) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [member for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise _refusal(file, "it is a damaged archive", "Download it again") from error


def _unzip(data: bytes, file: str) -> Iterator[tuple[str, bytes]]:
    members = [each for each in _listed(data, file) if not each.filename.startswith("__MACOSX/")]
    if not members:
        raise _refusal(file, "it is an archive with nothing in it", "Download it again")
    if len(members) > _MAX_MEMBERS:
        problem = f"it is an archive of {len(members):,} files, and at most {_MAX_MEMBERS} are looked at"
        raise _refusal(file, problem, "Unpack it and give the publications inside")
    left = MAX_BYTES
    for member in members:
        if member.flag_bits & 1:
            raise _refusal(file, "it is protected by a password", "Unpack it and give the files inside")
        part = unpack_member(data, member, left, file)
        left -= len(part)
        if zlib.crc32(part) != member.CRC:
            raise _refusal(file, f"{member.filename} in it is damaged", "Download it again")
        if part.strip():
            yield f"{file}, {member.filename}", part


def _gunzip(data: bytes, file: str) -> bytes:
    # Several may stand one behind the other, and then they are one text (RFC 1952, section 2.2).
    pieces, left, rest = list[bytes](), MAX_BYTES, data
    while rest.startswith(GZIP):
        inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            pieces.append(inflater.decompress(rest, left + 1))
        except zlib.error as error:
            raise _refusal(file, "it is a damaged gzip file", "Download it again") from error
        left -= len(pieces[-1])
        if left < 0:
            problem = f"it unfolds to more than {MAX_BYTES // 2**20} MiB"
            raise _refusal(file, problem, "Give a list with one row a practice")
        if not inflater.eof:
            raise _refusal(file, "it is a damaged gzip file", "Download it again")
        rest = inflater.unused_data
    # Nothing but padding may follow.
    if rest.strip(b"\0") or not any(map(bytes.strip, pieces)):
        raise _refusal(file, "it is a damaged gzip file, or empty", "Download it again")
    return b"".join(pieces)


def _refusal(file: str, problem: str, remedy: str) -> InputError:
    return InputError([Fault(file, None, None, None, problem, remedy)])
