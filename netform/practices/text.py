"""Bytes and text: a bounded read of whatever the user named, and the encoding of what was read."""

from __future__ import annotations

import codecs
import difflib
import io
import os
import re
import stat
import sys
import unicodedata
from pathlib import Path
from typing import BinaryIO

from netform.errors import Fault, InputError

__all__ = ["MAX_BYTES", "composed", "decode", "first_signs", "is_json", "open_regular", "read_bytes"]

# The list of all England is 1.5 MB and the longest NHS publication of it 60 MB.
MAX_BYTES = 64 * 2**20

_SAVE_AS = "Save it as CSV UTF-8, or as an Excel workbook (.xlsx)"


def read_bytes(
    source: str | Path,
    stdin: BinaryIO | None = None,
    most: int = MAX_BYTES,
    wanted: str = "a list with a header row and one row a practice",
) -> bytes:
    """Read a whole file, or standard input, never more than 64 MiB unless told.

    Parameters
    ----------
    source : str or Path
        A path, or ``-`` for standard input.
    stdin : BinaryIO, optional
        What to read for ``-``; standard input of the process by default.
    most : int
        Bytes.
    wanted : str
        What an empty file should have been, for the message.

    Returns
    -------
    bytes

    Raises
    ------
    InputError
        When there is no such file, it is not a regular file, may not be read, is too large or empty.
    """
    file = str(source)
    try:
        if file == "-":
            # A program started without a console has no standard input at all.
            stream = stdin if stdin is not None else getattr(sys.stdin, "buffer", io.BytesIO())
            data = stream.read(most + 1)
        else:
            with open_regular(source) as stream:
                data = stream.read(most + 1)
    except OSError as error:
        raise _refusal(file, f"it cannot be read: {error.strerror or error}", "Check the file") from error
    if len(data) > most:
        raise _refusal(
            file,
            f"it is larger than {most // 2**20} MiB, and the list of all England has 2",
            "Give a list with one row a practice",
        )
    if not data.strip():
        raise _refusal(file, "it is empty", f"Give {wanted}")
    return data


def open_regular(source: str | Path) -> BinaryIO:
    """Open a regular file for reading; a pipe, a device or a folder is refused without waiting for it.

    Parameters
    ----------
    source : str or Path
        A path.

    Returns
    -------
    BinaryIO
        Open at its start; the caller closes it.

    Raises
    ------
    InputError
        When there is no such file, it is not a regular file, or may not be read.
    """
    file = str(source)
    # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever; Windows has neither.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(source, flags)
    except FileNotFoundError as error:
        raise _refusal(file, "there is no such file", _nearest_file(Path(source))) from error
    except PermissionError as error:
        # Windows says so of a folder, which it cannot open.
        if Path(source).is_dir():
            raise _refusal(file, "it is a folder", "Give the list itself") from error
        raise _refusal(file, "you may not read it", "Ask its owner, or copy it to your own folder") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise _refusal(file, f"it cannot be opened: {error}", "Check the name of the file") from error
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise _refusal(file, "it is a folder", "Give the list itself")
    raise _refusal(file, "it is a pipe or a device", "Give a file, or - and send the list to standard input")


def decode(data: bytes, file: str) -> tuple[str, tuple[str, ...]]:
    """Turn bytes into text: by the byte order mark, else UTF-8, else Windows-1252 with a note.

    Parameters
    ----------
    data : bytes
        A whole file.
    file : str
        Its name, for messages.

    Returns
    -------
    text : str
        Without the mark; free of NUL, and composed.
    notes : tuple of str
        That the encoding was guessed, when it was.

    Raises
    ------
    InputError
        When it is not text in the encoding that its mark declares, or in either of the two without a mark.
    """
    notes: tuple[str, ...] = ()
    encoding, mark = _declared(data)
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        row = _row_of(data[len(mark) :], error.start)
        if mark:
            problem = f"it begins as {encoding} but is not text in that encoding"
            raise InputError([Fault(file, row, None, None, problem, _SAVE_AS)]) from error
        text = _decode_windows(data, file)
        notes = (
            f"The text is not UTF-8 (row {row}): it was read as Windows-1252. Check accents in the names.",
        )
    text = composed(text)
    if "\0" in text:
        row = _row_of(text.encode("utf-8", "replace"), text.encode("utf-8", "replace").index(b"\0"))
        raise InputError(
            [Fault(file, row, None, None, "it holds NUL characters, so it is not text", _SAVE_AS)]
        )
    return text, notes


def first_signs(data: bytes) -> str:
    """What a text begins with, without white space and byte order mark; nonsense where it is no text.

    Parameters
    ----------
    data : bytes
        A whole file.
    """
    encoding, mark = _declared(data)
    return data[len(mark) : 4_000].decode(encoding, "replace").lstrip()


def is_json(data: bytes) -> bool:
    """Whether a file begins as JSON does, and no table: with a brace, or with one in brackets.

    Parameters
    ----------
    data : bytes
        A whole file.
    """
    return re.match(r"\{|\[\s*[\[{\"]", first_signs(data)) is not None


def composed(text: str) -> str:
    """Write every sign in its composed form (NFC), whichever way a system has spelt it: two spellings look alike.

    Parameters
    ----------
    text : str
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _declared(data: bytes) -> tuple[str, bytes]:
    for encoding, mark in (
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
    ):
        if data.startswith(mark):
            return encoding, mark
    return "utf-8", b""


def _decode_windows(data: bytes, file: str) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        byte = f"0x{data[error.start]:02x}"
        problem = f"byte {byte} is text neither in UTF-8 nor in Windows-1252"
        raise InputError([Fault(file, _row_of(data, error.start), None, None, problem, _SAVE_AS)]) from error


def _row_of(data: bytes, position: int) -> int:
    before = data[:position]
    return 1 + max(before.count(b"\n"), before.count(b"\r"))


def _nearest_file(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except (OSError, ValueError):
        return "Check the name of the file and of its folder"
    near = difflib.get_close_matches(path.name, names, n=1)
    return f"Did you mean {near[0]!r}?" if near else "Check the name of the file and of its folder"


def _refusal(file: str, problem: str, remedy: str) -> InputError:
    return InputError([Fault(file, None, None, None, problem, remedy)])
