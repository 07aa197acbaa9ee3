"""The journal: every change of a plan in a file beside it, so that whatever is killed, nothing that was said is lost.

A file of JSON Lines: what the plan began with, then a change a line, each on the disk before it is answered. Undo and
redo are lines like any other, of one area: they take back, and do again, its latest change, without end. What a plan
is now follows from the lines alone.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from netform.errors import Fault, InputError, NetformError, RulesError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import BinaryIO

__all__ = ["Journal", "StaleError"]

VERSION = 1

# A journal of a thousand changes takes some hundred kilobytes, and one with imports of a long list a few megabytes.
MOST_BYTES = 200_000_000


class StaleError(NetformError):
    """Somebody else has changed the plan since: what was asked was not done."""


@dataclass(slots=True)
class Journal:
    """The changes of a plan, in order, and which of them count.

    Attributes
    ----------
    path : Path
    begun : mapping
        What the plan began with: ``list`` and ``list_sha256``, the ``rules`` as TOML, and the ``start``.
    lines : list of mapping
        Every line after the first.
    notes : list of str
        What a reader should know of how the file was taken.
    """

    path: Path
    begun: Mapping[str, Any]
    lines: list[Mapping[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _file: BinaryIO | None = field(default=None, repr=False)

    @classmethod
    def at(cls, path: Path, begun: Mapping[str, Any]) -> Journal:
        """Go on with a journal, or begin one.

        Parameters
        ----------
        path : Path
        begun : mapping
            What the plan begins with: a file that is there must have begun with the same.

        Raises
        ------
        InputError
            The file is no journal, of another list, or began with other rules or another plan; or it cannot be written.
        """
        head = {"netform_journal": VERSION, **begun}
        try:
            # Both for reading what is there and for writing at its end.
            file = path.open("a+b", buffering=0)
        except OSError as error:
            raise _refused(
                path, f"cannot be written ({error.strerror})", "Name another with --journal"
            ) from error
        journal = cls(path, begun, _file=file)
        try:
            journal._lock()
            journal._read(head)
        except BaseException:
            file.close()
            raise
        return journal

    @property
    def n(self) -> int:
        """How many lines there are: what a change has to know to be of this plan."""
        return len(self.lines)

    def add(self, line: Mapping[str, Any]) -> None:
        """Write a change down; it is on the disk when this returns.

        Raises
        ------
        RulesError
            It cannot be written: nothing was changed.
        """
        assert self._file is not None  # noqa: S101 (`at` made it)
        size = os.fstat(self._file.fileno()).st_size
        try:
            _write(self._file, line)
        except OSError as error:
            # Half a line would be the end of the journal for the next reader.
            os.ftruncate(self._file.fileno(), size)
            raise RulesError(
                f"The journal {self.path.name} cannot be written ({error.strerror}): nothing was changed."
            ) from error
        self.lines.append(line)

    def counting(self) -> list[Mapping[str, Any]]:
        """The changes that count: those that were not undone, or were done again."""
        done, _, beside = self._stacks()
        return [self.lines[k] for k in sorted([*beside, *(k for stack in done.values() for k in stack)])]

    def next_of(self, area: str) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
        """The changes of an area that undo and redo would take; None where there is none."""
        done, undone, _ = self._stacks()
        behind, ahead = done.get(area), undone.get(area)
        return (self.lines[behind[-1]] if behind else None), (self.lines[ahead[-1]] if ahead else None)

    def _stacks(self) -> tuple[dict[str, list[int]], dict[str, list[int]], list[int]]:
        """Positions of lines: those done and undone, by area, the latest last; and those that are never undone."""
        done: dict[str, list[int]] = {}
        undone: dict[str, list[int]] = {}
        beside: list[int] = []
        for k, line in enumerate(self.lines):
            if line["kind"] == "import":
                beside.append(k)
                continue
            behind, ahead = done.setdefault(line["area"], []), undone.setdefault(line["area"], [])
            if line["kind"] == "undo":
                ahead.append(behind.pop())
            elif line["kind"] == "redo":
                behind.append(ahead.pop())
            else:
                behind.append(k)
                ahead.clear()
        return done, undone, beside

    def close(self) -> None:
        """Let the file go."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _lock(self) -> None:
        """Keep the file to this process, where the system can."""
        assert self._file is not None  # noqa: S101 (`at` made it)
        if not stat.S_ISREG(os.fstat(self._file.fileno()).st_mode):  # a pipe or a device keeps nothing
            raise _refused(self.path, "is no ordinary file", "Name another with --journal")
        try:
            if os.name == "nt":
                import msvcrt  # noqa: PLC0415 (Windows alone has it)

                # A byte far beyond the end, so that the journal can be read meanwhile.
                self._file.seek(MOST_BYTES)
                msvcrt.locking(self._file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
            else:
                import fcntl  # noqa: PLC0415 (Windows has it not)

                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            remedy = "Use that one, or name another with --journal"
            raise _refused(self.path, "is open in another netform serve", remedy) from error

    def _read(self, head: Mapping[str, Any]) -> None:
        """Read what is there, or begin the file."""
        assert self._file is not None  # noqa: S101 (`at` made it)
        self._file.seek(0)
        data = self._file.read(MOST_BYTES + 1) or b""
        if len(data) > MOST_BYTES:
            raise _refused(self.path, f"is longer than {MOST_BYTES:,} bytes", "Begin another with --journal")
        whole, torn = data.rsplit(b"\n", 1) if b"\n" in data else (b"", data)
        if not whole:
            if torn and not json_line(head).startswith(torn):
                raise _refused(self.path, "is no journal of netform serve", "Name another with --journal")
            os.ftruncate(self._file.fileno(), 0)
            _write(self._file, head)
            return
        rows = whole.split(b"\n")
        found = _object(rows[0])
        if found is None or "netform_journal" not in found:
            raise _refused(self.path, "is no journal of netform serve", "Name another with --journal")
        self._check(found, head)
        for number, row in enumerate(rows[1:], start=2):
            line = _object(row)
            if line is None or not isinstance(line.get("kind"), str) or not isinstance(line.get("area"), str):
                raise _refused(
                    self.path,
                    f"line {number} is no change",
                    "Take the file from a copy, or name another with --journal",
                )
            self.lines.append(line)
        try:
            self._stacks()
        except IndexError as error:
            raise _refused(self.path, "takes back more than was done", "Take the file from a copy") from error
        if torn:
            os.ftruncate(self._file.fileno(), len(whole) + 1)
            self.notes.append(
                f"{self.path.name}: the last change had not been written whole, and is not in the plan."
            )
        if self.lines:
            were = "change was" if len(self.lines) == 1 else "changes were"
            self.notes.append(f"{self.path.name}: {len(self.lines):,} earlier {were} taken up again.")

    def _check(self, found: Mapping[str, Any], head: Mapping[str, Any]) -> None:
        """Refuse to go on with a plan that began with something else."""
        others = {
            "netform_journal": "was written by another version of netform",
            "list_sha256": "is of another practice list",
            "rules": "began with other rules",
            "start": "began with another plan",
        }
        for key, said in others.items():
            if found.get(key) != head.get(key):
                raise _refused(self.path, said, "Give what it began with, or begin another with --journal")


def json_line(value: Mapping[str, Any]) -> bytes:
    """A value as a line of the journal."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _write(file: BinaryIO, line: Mapping[str, Any]) -> None:
    data = memoryview(json_line(line))
    while data:
        data = data[file.write(data) :]
    os.fsync(file.fileno())


def _object(row: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(row)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refused(path: Path, problem: str, remedy: str) -> InputError:
    return InputError([Fault(str(path), None, None, None, f"the journal {problem}", remedy)])
