"""Which file an input was: its name as the user wrote it, and the digest of its bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from netform.practices.text import open_regular

__all__ = ["file_record", "sayable"]

# What of a folder that netform wrote is read first.
_OF_FOLDER = ("plan.json", "practices.csv")
_BLOCK = 2**20


def file_record(name: str | Path) -> dict[str, str]:
    """Give the name of a file and the SHA-256 of its bytes; of a folder those of what is read of it first.

    Parameters
    ----------
    name : str or Path
        A file that has been read, or a plan folder.

    Raises
    ------
    InputError
        It cannot be read.
    """
    path = Path(name)
    if path.is_dir():
        path = next((path / each for each in _OF_FOLDER if (path / each).exists()), path)
    digest = hashlib.sha256()
    with open_regular(path) as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return {"file": sayable(str(name)), "sha256": digest.hexdigest()}


def sayable(text: str) -> str:
    """Give a text from the system as one that can be written: bytes of it that are no UTF-8 are marked."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
