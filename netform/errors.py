"""The tree of errors, each with the exit code the command line ends in.

::

    NetformError                what a caller should catch
    ├── RulesError (ValueError)       2   an option or a rules file is wrong
    ├── InputError (ValueError)       3   the practice list, or a file beside it, is wrong
    ├── ImpossibleError               4   proven impossible, and the rules forbid exceptions
    ├── NoPlanError                   5   no plan was found in the time given
    ├── OutputError (OSError)         6   a result cannot be written
    └── AuditError                   70   the audit refused a plan: a defect of netform, never of the user

A program that uses netform writes::

    try:
        ...
    except InputError as error:
        for fault in error.faults: ...
    except NetformError as error:
        sys.exit(error.exit_code)
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "AuditError",
    "Fault",
    "ImpossibleError",
    "InputError",
    "NetformError",
    "NoPlanError",
    "OutputError",
    "RulesError",
    "ended",
]


# More faults that are alike are told by the first ones.
_MANY, _SHOWN = 30, 5


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input, said so that a planner can mend it.

    Attributes
    ----------
    file : str
        Name of the file as the user gave it (``-`` for standard input).
    row : int or None
        Line of the file as a spreadsheet numbers it (the header is row 1); None when it is about the whole file.
    column : str or None
        The header as the file spells it.
    value : str or None
        The offending text, as found.
    problem : str
        What was expected and what was found instead, one sentence without a full stop.
    remedy : str
        What to do about it, one sentence without a full stop; or what may have been meant, as a question.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column!r}"
        found = "" if self.value is None else f" (found {self.value[:80]!r})"
        return f"{place}: {self.problem}{found}. {ended(self.remedy)}"


def _told(faults: Sequence[Fault]) -> list[str]:
    """Faults as lines; of many that differ in their rows and values alone, the first ones and how many more."""
    # A word with a digit names a row or a practice.
    kinds = [
        (fault.file, fault.column, re.sub(r"\S*[0-9]\S*", "#", fault.problem), fault.row is None)
        for fault in faults
    ]
    total, seen = Counter(kinds), Counter[object]()
    lines = []
    for fault, kind in zip(faults, kinds, strict=True):
        seen[kind] += 1
        if total[kind] <= _MANY or seen[kind] <= _SHOWN:
            lines.append(str(fault))
        elif seen[kind] == _SHOWN + 1:
            place = fault.file if fault.column is None else f"{fault.file}, column {fault.column!r}"
            lines.append(f"{place}: the same {total[kind] - _SHOWN:,} times more, from row {fault.row} on.")
    return lines


def ended(remedy: str) -> str:
    """End a remedy as a sentence: one that asks what was meant has its question mark."""
    return remedy if remedy.endswith("?") else f"{remedy}."


class NetformError(Exception):
    """Any failure that netform explains to its user."""

    exit_code: ClassVar[int] = 70


class RulesError(NetformError, ValueError):
    """An option, a weight or a rules file is wrong, or two rules clash."""

    exit_code = 2


class InputError(NetformError, ValueError):
    """A practice list, or a file given beside it, cannot be used.

    Parameters
    ----------
    faults : sequence of Fault
        Every fault found, in file order; never empty. The message tells many that are alike by the first ones.
    """

    exit_code = 3

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(_told(self.faults)))


class ImpossibleError(NetformError):
    """No plan can satisfy the rules, this is proven, and ``--strict`` forbids exceptions."""

    exit_code = 4


class NoPlanError(NetformError):
    """No plan was found in the time given; whether there is one is not known."""

    exit_code = 5


class OutputError(NetformError, OSError):
    """A result cannot be written; what stood there before is untouched."""

    exit_code = 6


class AuditError(NetformError):
    """The independent audit refused a plan, so nothing was written."""

    exit_code = 70
